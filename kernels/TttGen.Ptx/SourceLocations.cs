using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TttGen.Ptx;

/// <summary>Where types stand in the source, as an assembly's debugging information tells it; without arity: <c>App.LinearMemory</c>.</summary>
internal sealed class SourceLocations
{
    private readonly Dictionary<string, (string File, int Line, int Column)> _types = [];

    /// <summary>The place of a type: <c>FILE(LINE,COLUMN)</c>; null where it is not known.</summary>
    public string? Of(string type) => _types.TryGetValue(type, out var at) ? $"{at.File}({at.Line},{at.Column})" : null;

    /// <summary>Reads the types of an assembly; none where it has no debugging information.</summary>
    public static SourceLocations In(string assembly)
    {
        var locations = new SourceLocations();
        try
        {
            using var image = new PEReader([.. File.ReadAllBytes(assembly)]);
            if (image.TryOpenAssociatedPortablePdb(assembly, path => File.Exists(path) ? new MemoryStream(File.ReadAllBytes(path)) : null, out var symbols, out _) && symbols is not null)
                using (symbols) locations.Read(image.GetMetadataReader(), symbols.GetMetadataReader());
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or UnauthorizedAccessException)
        {
            // Errors are then told of the project.
        }
        return locations;
    }

    private void Read(MetadataReader metadata, MetadataReader symbols)
    {
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            var places = from method in type.GetMethods()
                         from point in symbols.GetMethodDebugInformation(method.ToDebugInformationHandle()).GetSequencePoints()
                         where !point.IsHidden && !point.Document.IsNil
                         select (File: symbols.GetString(symbols.GetDocument(point.Document).Name), Line: point.StartLine, Column: point.StartColumn);

            // What is generated is nobody's to correct.
            var own = places.Where(place => !place.File.EndsWith(".g.cs", StringComparison.OrdinalIgnoreCase)).OrderBy(place => place.File, StringComparer.Ordinal).ThenBy(place => place.Line).ToList();
            if (own.Count > 0) _types.TryAdd(Name(metadata, type), own[0]);
        }
    }

    private static string Name(MetadataReader metadata, TypeDefinition type)
    {
        var name = metadata.GetString(type.Name).Split('`')[0];
        if (type.GetDeclaringType() is { IsNil: false } outer) return $"{Name(metadata, metadata.GetTypeDefinition(outer))}.{name}";
        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
