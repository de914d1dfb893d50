// The accelerators are shared and take one launch at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
