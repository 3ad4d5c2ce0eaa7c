using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Consortium.Fhir.Definitions;

/// <summary>
/// The core conformance and terminology resources (<see cref="ArchiveFormat"/>). Opening reads the index only; a resource is
/// decompressed and parsed when first asked for, and kept. Thread-safe: two threads may decode the same one, and one stays.
/// </summary>
internal sealed class ResourceArchive
{
    private static readonly Lazy<ResourceArchive> s_instance = new(Open);

    private readonly ArchiveEntryRow[] _entries;
    private readonly ArchiveGroupRow[] _groups;
    private readonly byte[] _texts;
    private readonly int _groupsStart;
    private readonly FhirDocument?[] _documents;

    // Neighbours are often asked for one after the other; the collector may take a decompressed group back at any time.
    private readonly WeakReference<byte[]>?[] _decompressed;

    private ResourceArchive(Stream stream)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("The compiled FHIR definitions need a little-endian machine.");
        Span<int> header = stackalloc int[ArchiveFormat.HeaderLength / sizeof(int)];
        stream.ReadExactly(MemoryMarshal.AsBytes(header));
        if (header[0] != ArchiveFormat.Magic || header[1] != ArchiveFormat.Version)
        {
            throw new InvalidDataException("The embedded FHIR definitions have another layout than this program reads: build again.");
        }

        _entries = new ArchiveEntryRow[header[2]];
        _groups = new ArchiveGroupRow[header[3]];
        _texts = new byte[header[4]];
        stream.ReadExactly(MemoryMarshal.AsBytes(_entries.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(_groups.AsSpan()));
        stream.ReadExactly(_texts);
        _groupsStart = (int)stream.Position;
        _documents = new FhirDocument?[_entries.Length];
        _decompressed = new WeakReference<byte[]>?[_groups.Length];
    }

    public static ResourceArchive Instance => s_instance.Value;

    /// <summary>The row of a resource by type and URL without version; -1 where there is none.</summary>
    public int Find(string resourceType, string url)
    {
        // A hostile canonical may be long; no core URL is.
        if (url.Length > 512 || resourceType.Length > 64) return -1;
        Span<byte> type = stackalloc byte[Encoding.UTF8.GetMaxByteCount(resourceType.Length)];
        type = type[..Encoding.UTF8.GetBytes(resourceType, type)];
        Span<byte> name = stackalloc byte[Encoding.UTF8.GetMaxByteCount(url.Length)];
        name = name[..Encoding.UTF8.GetBytes(url, name)];
        int low = 0, high = _entries.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ref readonly ArchiveEntryRow row = ref _entries[middle];
            int order = Utf8(row.UrlStart, row.UrlLength).SequenceCompareTo(name);
            if (order == 0) order = Utf8(row.TypeStart, row.TypeLength).SequenceCompareTo(type);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    public string Url(int row) => Encoding.UTF8.GetString(Utf8(_entries[row].UrlStart, _entries[row].UrlLength));

    public string Version(int row) => Encoding.UTF8.GetString(Utf8(_entries[row].VersionStart, _entries[row].VersionLength));

    /// <summary>The rows of a resource type, in URL order.</summary>
    public IEnumerable<int> Rows(string resourceType)
    {
        byte[] type = Encoding.UTF8.GetBytes(resourceType);
        for (int row = 0; row < _entries.Length; row++)
        {
            if (Utf8(_entries[row].TypeStart, _entries[row].TypeLength).SequenceEqual(type)) yield return row;
        }
    }

    /// <summary>The resource, decoded now where it has not been before.</summary>
    public FhirDocument Read(int row)
    {
        if (_documents[row] is { } known) return known;
        ref readonly ArchiveEntryRow entry = ref _entries[row];
        FhirDocument made = FhirDocument.Parse(Group(entry.Group).AsSpan(entry.Start, entry.Length).ToArray());
        return Interlocked.CompareExchange(ref _documents[row], made, null) ?? made;
    }

    private byte[] Group(int group)
    {
        if (_decompressed[group] is { } kept && kept.TryGetTarget(out byte[]? bytes)) return bytes;
        ref readonly ArchiveGroupRow row = ref _groups[group];
        byte[] compressed = new byte[row.Compressed];
        bytes = new byte[row.Length];
        using (Stream stream = OpenStream())
        {
            stream.Position = _groupsStart + row.Offset;
            stream.ReadExactly(compressed);
        }

        if (!BrotliDecoder.TryDecompress(compressed, bytes, out int written) || written != bytes.Length)
        {
            throw new InvalidDataException("The embedded FHIR definitions are damaged: build again.");
        }

        _decompressed[group] = new WeakReference<byte[]>(bytes);
        return bytes;
    }

    private ReadOnlySpan<byte> Utf8(int start, int length) => _texts.AsSpan(start, length);

    private static ResourceArchive Open()
    {
        using Stream stream = OpenStream();
        return new ResourceArchive(stream);
    }

    private static Stream OpenStream() =>
        typeof(ResourceArchive).Assembly.GetManifestResourceStream("fhir-r4-resources.bin")
        ?? throw new InvalidDataException("The program was built without its FHIR definitions.");
}
