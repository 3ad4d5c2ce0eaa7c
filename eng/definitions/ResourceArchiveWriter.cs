using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Consortium.Fhir.Definitions;

namespace Consortium.DefinitionsCompiler;

/// <summary>Writes the core definitions as minimised JSON in compressed groups behind an index (<see cref="ArchiveFormat"/>).</summary>
internal sealed class ResourceArchiveWriter(ResourceMinimiser minimiser)
{
    // Quality 9: the two steps above it take ten times as long for a tenth of the size.
    private const int Quality = 9;
    private const int Window = 22;

    private static readonly string[] s_files =
    [
        "profiles-types.json", "profiles-resources.json", "extension-definitions.json", "profiles-others.json",
        "valuesets.json", "v3-codesystems.json", "v2-tables.json", "conceptmaps.json", "search-parameters.json",
    ];

    private readonly Dictionary<(string Url, string Type), (string Version, byte[] Json)> _resources = [];

    public void Load(string folder)
    {
        foreach (string name in s_files)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new DefinitionException($"{path} is missing: run npm ci.");
            using FileStream stream = File.OpenRead(path);
            using JsonDocument bundle = JsonDocument.Parse(stream);
            foreach (JsonElement entry in bundle.RootElement.GetProperty("entry").EnumerateArray()) Add(entry.GetProperty("resource"));
        }
    }

    private void Add(JsonElement resource)
    {
        string type = resource.Text("resourceType")!;
        // Medplum's own resource types have no url, and its own search parameters a url of Medplum's: neither is FHIR.
        if (!minimiser.Keeps(type) || resource.Text("url") is not { } url || url.StartsWith("https://medplum.com/", StringComparison.Ordinal)) return;
        _resources[(url, type)] = (resource.Text("version") ?? string.Empty, minimiser.Minimise(resource));
    }

    public void Write(Stream output)
    {
        if (!BitConverter.IsLittleEndian) throw new DefinitionException("The definitions are compiled on little-endian machines only.");
        Texts texts = new();
        List<ArchiveEntryRow> entries = [];
        List<MemoryStream> open = [];

        // Neighbours of one type and family compress best together, so groups are filled in type and URL order.
        foreach (((string url, string type), (string version, byte[] json)) in _resources.OrderBy(r => r.Key.Type, StringComparer.Ordinal).ThenBy(r => r.Key.Url, StringComparer.Ordinal))
        {
            if (open.Count == 0 || open[^1].Length >= ArchiveFormat.GroupLength) open.Add(new MemoryStream());
            ArchiveEntryRow row = new() { Group = open.Count - 1, Start = (int)open[^1].Length, Length = json.Length };
            (row.UrlStart, row.UrlLength) = texts.Add(url);
            (row.TypeStart, row.TypeLength) = texts.Add(type);
            (row.VersionStart, row.VersionLength) = texts.Add(version);
            open[^1].Write(json);
            entries.Add(row);
        }

        entries.Sort((a, b) => texts.Compare((a.UrlStart, a.UrlLength), (b.UrlStart, b.UrlLength)) is not 0 and var byUrl
            ? byUrl
            : texts.Compare((a.TypeStart, a.TypeLength), (b.TypeStart, b.TypeLength)));

        byte[][] compressed = new byte[open.Count][];
        Parallel.For(0, open.Count, i => compressed[i] = Compress(open[i].ToArray()));
        List<ArchiveGroupRow> groups = [];
        int offset = 0;
        for (int i = 0; i < open.Count; i++)
        {
            groups.Add(new ArchiveGroupRow { Offset = offset, Compressed = compressed[i].Length, Length = (int)open[i].Length });
            offset += compressed[i].Length;
        }

        using BinaryWriter writer = new(output, Encoding.UTF8, leaveOpen: true);
        writer.Write(ArchiveFormat.Magic);
        writer.Write(ArchiveFormat.Version);
        writer.Write(entries.Count);
        writer.Write(groups.Count);
        writer.Write(texts.Length);
        writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(entries)));
        writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(groups)));
        writer.Write(texts.Bytes);
        foreach (byte[] group in compressed) writer.Write(group);
    }

    private static byte[] Compress(byte[] group)
    {
        byte[] buffer = new byte[BrotliEncoder.GetMaxCompressedLength(group.Length)];
        return BrotliEncoder.TryCompress(group, buffer, out int written, Quality, Window)
            ? buffer[..written]
            : throw new DefinitionException("A group of definitions could not be compressed.");
    }

    /// <summary>The texts of the index, each stored once.</summary>
    private sealed class Texts
    {
        private readonly Dictionary<string, (int Start, int Length)> _known = new(StringComparer.Ordinal);
        private readonly List<byte> _bytes = [];

        public int Length => _bytes.Count;

        public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(_bytes);

        public (int Start, int Length) Add(string text)
        {
            if (_known.TryGetValue(text, out (int, int) place)) return place;
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            place = (_bytes.Count, utf8.Length);
            _bytes.AddRange(utf8);
            _known.Add(text, place);
            return place;
        }

        public int Compare((int Start, int Length) a, (int Start, int Length) b) =>
            Bytes.Slice(a.Start, a.Length).SequenceCompareTo(Bytes.Slice(b.Start, b.Length));
    }
}
