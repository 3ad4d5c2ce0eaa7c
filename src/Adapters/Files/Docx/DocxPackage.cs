using System.Buffers.Binary;
using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace Consortium.Adapters.Files.Docx;

/// <summary>
/// The parts of a DOCX package (ECMA-376 part 2): read when asked for, each within bounds that hold whatever the ZIP's headers claim.
/// No DTD, no entity and no address outside the file is ever followed.
/// </summary>
internal sealed class DocxPackage : IDisposable
{
    private const string PackageRelationships = "_rels/.rels";
    private const int EndOfDirectory = 22;
    private const int MostComment = 65_535;
    private const int MostTotal = 4 * FileLimits.MostPartBytes;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = FileLimits.MostPartBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _parts = new(StringComparer.OrdinalIgnoreCase);
    private long _read;

    private DocxPackage(ZipArchive zip) => _zip = zip;

    /// <exception cref="FileRefusedException">The bytes are no ZIP file that can be read, or one with too many parts.</exception>
    public static DocxPackage Open(ReadOnlyMemory<byte> bytes)
    {
        CheckDirectory(bytes.Span);
        try
        {
            var package = new DocxPackage(new ZipArchive(Stream(bytes), ZipArchiveMode.Read));
            foreach (ZipArchiveEntry entry in package._zip.Entries)
            {
                // Two parts of one name: which one is the document would be a guess.
                if (!package._parts.TryAdd(entry.FullName.TrimStart('/').Replace('\\', '/'), entry)) throw FileRefusedException.Damaged("two parts of the package have one name");
            }

            return package;
        }
        catch (InvalidDataException e)
        {
            throw FileRefusedException.Damaged("the ZIP directory cannot be read", e);
        }
    }

    /// <summary>Name of the main document part.</summary>
    /// <exception cref="FileRefusedException">The package has none.</exception>
    public string MainPart()
    {
        XElement? relationships = Xml(PackageRelationships);
        string? target = relationships?.Elements()
            .FirstOrDefault(relationship => relationship.Attribute("Type")?.Value.EndsWith("/officeDocument", StringComparison.Ordinal) == true)
            ?.Attribute("Target")?.Value;
        return target is null ? throw FileRefusedException.Damaged("the package names no document") : Resolve("", target);
    }

    /// <summary>The related parts of a part: id, kind (last part of the type) and name. What lies outside of the file is left out.</summary>
    public IReadOnlyList<(string Id, string Kind, string Part)> Related(string part)
    {
        int slash = part.LastIndexOf('/');
        string folder = slash < 0 ? "" : part[..slash];
        XElement? relationships = Xml($"{(folder.Length == 0 ? "" : folder + "/")}_rels/{part[(slash + 1)..]}.rels");
        if (relationships is null) return [];
        var related = new List<(string, string, string)>();
        foreach (XElement relationship in relationships.Elements())
        {
            if (relationship.Attribute("TargetMode")?.Value == "External") continue;
            if (relationship.Attribute("Id")?.Value is not { } id || relationship.Attribute("Type")?.Value is not { } type || relationship.Attribute("Target")?.Value is not { } target) continue;
            related.Add((id, type[(type.LastIndexOf('/') + 1)..], Resolve(folder, target)));
        }

        return related;
    }

    /// <summary>The root element of a part; null where the package has no such part.</summary>
    /// <exception cref="FileRefusedException">The part is not well-formed, has a DTD, or is too large.</exception>
    public XElement? Xml(string part)
    {
        if (!_parts.TryGetValue(part, out ZipArchiveEntry? entry)) return null;
        if (entry.IsEncrypted) throw FileRefusedException.Locked("ZIP");
        try
        {
            using var buffer = new MemoryStream();
            using (Stream packed = entry.Open())
            {
                byte[] chunk = new byte[64 * 1024];
                for (int length; (length = packed.Read(chunk)) > 0;)
                {
                    _read += length;
                    if (buffer.Length + length > FileLimits.MostPartBytes || _read > MostTotal) throw FileRefusedException.TooMuch("a part of the package unpacks to more than 16 MiB, or all together to more than 64 MiB");
                    buffer.Write(chunk, 0, length);
                }
            }

            buffer.Position = 0;
            using XmlReader reader = XmlReader.Create(buffer, Settings);
            return Bounded(reader);
        }
        catch (InvalidDataException e)
        {
            throw FileRefusedException.Damaged("a part of the package cannot be unpacked", e);
        }
        catch (XmlException e)
        {
            // Also a DTD, which Word never writes: entities are how XML bombs and external reads are made.
            throw new FileRefusedException("structure", $"the XML of the document cannot be read (line {e.LineNumber}, column {e.LinePosition} of {KnownName(part)}): not well-formed, or with a DTD. Save it anew in the program that made it.", null, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _zip.Dispose();

    // XElement.Load is not recursive, but whoever walks the tree is.
    private static XElement Bounded(XmlReader reader)
    {
        XElement? root = null, at = null;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (reader.Depth > FileLimits.MostDepth) throw FileRefusedException.TooMuch("the elements of the document stand in one another too deeply");
                    var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                    bool empty = reader.IsEmptyElement;
                    while (reader.MoveToNextAttribute())
                    {
                        if (reader.NamespaceURI != XNamespace.Xmlns.NamespaceName && reader.Name != "xmlns") element.SetAttributeValue(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value);
                    }

                    if (at is null) root = element;
                    else at.Add(element);
                    if (!empty) at = element;
                    break;
                case XmlNodeType.EndElement:
                    at = at!.Parent;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when at is not null:
                    at.Add(new XText(reader.Value));
                    break;
            }
        }

        return root!;
    }

    // The names of a package's own parts are not patient data, but who knows what a hostile file calls its parts.
    private static string KnownName(string part) => part.Length <= 40 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_') ? part : "a part";

    private static string Resolve(string folder, string target)
    {
        List<string> path = target.StartsWith('/') ? [] : [.. folder.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        foreach (string step in target.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == ".." && path.Count > 0) path.RemoveAt(path.Count - 1);
            else if (step is not ("." or "..")) path.Add(step);
        }

        return string.Join('/', path);
    }

    /// <summary>The number of parts, before anything is made of them (APPNOTE 4.3.16).</summary>
    private static void CheckDirectory(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> tail = bytes[^Math.Min(bytes.Length, EndOfDirectory + MostComment)..];
        int at = tail.LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || tail.Length - at < EndOfDirectory) throw FileRefusedException.Damaged("the ZIP file has no directory at its end: it was cut off");
        int parts = BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 10)..]);
        if (parts > FileLimits.MostParts) throw FileRefusedException.TooMuch($"the package has more than {FileLimits.MostParts} parts");
    }

    private static MemoryStream Stream(ReadOnlyMemory<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);
}
