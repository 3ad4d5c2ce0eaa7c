using System.Buffers.Binary;
using System.Text;

namespace Consortium.Adapters.Files.Doc;

/// <summary>An OLE compound file ([MS-CFB]): streams by name, of the root storage only. Chains that run in a circle or out of the file are damage.</summary>
internal sealed class CompoundFile
{
    private const uint EndOfChain = 0xFFFFFFFE, FreeSector = 0xFFFFFFFF, LastRegular = 0xFFFFFFFA;
    private const int HeaderLength = 512, EntryLength = 128, HeaderDifat = 109, MiniShift = 6;
    private const byte StreamType = 2;

    private readonly byte[] _bytes;
    private readonly int _sectorShift;
    private readonly uint[] _fat;
    private readonly uint[] _miniFat;
    private readonly byte[] _directory;
    private readonly byte[] _miniStream;
    private readonly long _miniCutoff;

    private CompoundFile(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength) throw Broken();
        _bytes = bytes.ToArray();
        _sectorShift = U16(_bytes, 0x1E);
        if (_sectorShift is not (9 or 12)) throw Broken();
        _miniCutoff = U32(_bytes, 0x38);
        _fat = Table(FatSectors());
        _directory = Chain(U32(_bytes, 0x30), long.MaxValue);
        if (_directory.Length < EntryLength) throw Broken();
        _miniStream = Chain(U32(_directory, 116), U32(_directory, 120));
        byte[] mini = U32(_bytes, 0x40) == 0 ? [] : Chain(U32(_bytes, 0x3C), long.MaxValue);
        _miniFat = [.. Enumerable.Range(0, mini.Length / 4).Select(i => U32(mini, i * 4))];
    }

    /// <summary>The first bytes of every compound file.</summary>
    public static ReadOnlySpan<byte> Signature => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    /// <summary>What the file is: a Word document, an Office file behind a password, or (null) something else, such as a workbook.</summary>
    public static FileForm? FormOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var file = new CompoundFile(bytes);
            return file.Find("WordDocument") >= 0 ? FileForm.Doc : file.Find("EncryptedPackage") >= 0 ? FileForm.Locked : null;
        }
        catch (FileRefusedException)
        {
            // A damaged document is a document, to be refused as one.
            return bytes.IndexOf(Encoding.Unicode.GetBytes("WordDocument")) >= 0 ? FileForm.Doc : null;
        }
    }

    /// <exception cref="FileRefusedException">It is damaged.</exception>
    public static CompoundFile Open(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>The bytes of a stream of the root storage; null where it has none of that name.</summary>
    public byte[]? Stream(string name)
    {
        int entry = Find(name);
        if (entry < 0) return null;
        uint start = U32(_directory, (entry * EntryLength) + 116);
        long size = U32(_directory, (entry * EntryLength) + 120);
        if (size > FileLimits.MostBytes) throw Broken();
        byte[] stream = size < _miniCutoff ? MiniChain(start, size) : Chain(start, size);
        return stream.Length == size ? stream : throw Broken();
    }

    private int Find(string name)
    {
        // The children of a storage are a tree; its order is not relied on, since other programs write it loosely.
        var open = new Stack<uint>([U32(_directory, 76)]);
        var seen = new HashSet<uint>();
        while (open.TryPop(out uint entry))
        {
            if (entry == FreeSector || !seen.Add(entry)) continue;
            long at = entry * (long)EntryLength;
            if (at + EntryLength > _directory.Length) throw Broken();
            int length = U16(_directory, (int)at + 64);
            if (length is >= 2 and <= 64 && _directory[at + 66] == StreamType
                && Encoding.Unicode.GetString(_directory, (int)at, length - 2).Equals(name, StringComparison.OrdinalIgnoreCase)) return (int)entry;
            open.Push(U32(_directory, (int)at + 68));
            open.Push(U32(_directory, (int)at + 72));
        }

        return -1;
    }

    private List<uint> FatSectors()
    {
        var sectors = new List<uint>();
        for (int i = 0; i < HeaderDifat; i++) Add(U32(_bytes, 0x4C + (4 * i)));
        uint next = U32(_bytes, 0x44);
        int entries = (1 << _sectorShift) / 4;
        for (int guard = 0; next <= LastRegular; guard++)
        {
            if (guard > _bytes.Length >> _sectorShift) throw Broken();
            ReadOnlySpan<byte> sector = Sector(next);
            for (int i = 0; i < entries - 1; i++) Add(BinaryPrimitives.ReadUInt32LittleEndian(sector[(4 * i)..]));
            next = BinaryPrimitives.ReadUInt32LittleEndian(sector[(4 * (entries - 1))..]);
        }

        return sectors;

        void Add(uint sector)
        {
            if (sector <= LastRegular) sectors.Add(sector);
        }
    }

    private uint[] Table(List<uint> sectors)
    {
        if (sectors.Count > _bytes.Length >> _sectorShift) throw Broken();
        int entries = (1 << _sectorShift) / 4;
        uint[] table = new uint[sectors.Count * entries];
        for (int s = 0; s < sectors.Count; s++)
        {
            ReadOnlySpan<byte> sector = Sector(sectors[s]);
            for (int i = 0; i < entries; i++) table[(s * entries) + i] = BinaryPrimitives.ReadUInt32LittleEndian(sector[(4 * i)..]);
        }

        return table;
    }

    private byte[] Chain(uint start, long size)
    {
        using var stream = new MemoryStream();
        for (uint sector = start; sector != EndOfChain && stream.Length < size; sector = sector < _fat.Length ? _fat[sector] : throw Broken())
        {
            // No chain is longer than the file.
            if (sector > LastRegular || stream.Length > _bytes.Length) throw Broken();
            stream.Write(Sector(sector));
        }

        return stream.ToArray().AsSpan(0, (int)Math.Min(stream.Length, size)).ToArray();
    }

    private byte[] MiniChain(uint start, long size)
    {
        using var stream = new MemoryStream();
        for (uint sector = start; sector != EndOfChain && stream.Length < size; sector = sector < _miniFat.Length ? _miniFat[sector] : throw Broken())
        {
            long at = (long)sector << MiniShift;
            if (at + (1 << MiniShift) > _miniStream.Length || stream.Length > _miniStream.Length) throw Broken();
            stream.Write(_miniStream, (int)at, 1 << MiniShift);
        }

        return stream.ToArray().AsSpan(0, (int)Math.Min(stream.Length, size)).ToArray();
    }

    private ReadOnlySpan<byte> Sector(uint number)
    {
        long at = (number + 1L) << _sectorShift;
        return at + (1 << _sectorShift) <= _bytes.Length ? _bytes.AsSpan((int)at, 1 << _sectorShift) : throw Broken();
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static FileRefusedException Broken() => FileRefusedException.Damaged("the compound file does not hold together");
}
