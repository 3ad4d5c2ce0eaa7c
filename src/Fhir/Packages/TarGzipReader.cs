using System.Formats.Tar;
using System.IO.Compression;

namespace Consortium.Fhir.Packages;

/// <summary>The regular files of a gzip-compressed tar, in order, within limits. Nothing is written anywhere, so that names can do no harm.</summary>
internal static class TarGzipReader
{
    /// <exception cref="FhirFormatException">It is not a gzip-compressed tar, or unpacks to more than the limits.</exception>
    public static IEnumerable<(string Name, byte[] Bytes)> Read(Stream compressed, Func<string, bool> wanted, PackageLimits limits)
    {
        using GZipStream unzipped = new(compressed, CompressionMode.Decompress, leaveOpen: true);
        using BoundedStream bounded = new(unzipped, limits.Total);
        using TarReader tar = new(bounded);
        for (int entries = 0; Next(tar) is { } entry; entries++)
        {
            if (entries >= limits.Entries) throw new FhirFormatException($"The package has more than {limits.Entries} files.");
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is null) continue;
            string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (wanted(name)) yield return (name, ReadEntry(name, entry, limits));
        }
    }

    private static TarEntry? Next(TarReader tar)
    {
        try
        {
            return tar.GetNextEntry();
        }
        catch (Exception broken) when (IsOfFormat(broken))
        {
            throw new FhirFormatException("It is not a gzip-compressed tar, or it is cut short.", broken);
        }
    }

    private static byte[] ReadEntry(string name, TarEntry entry, PackageLimits limits)
    {
        if (entry.Length > limits.Entry) throw new FhirFormatException($"{name} has {entry.Length} bytes; at most {limits.Entry} are read.");
        try
        {
            // The header may state more than there is, so memory grows with what is really read.
            using MemoryStream bytes = new();
            entry.DataStream!.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (Exception broken) when (IsOfFormat(broken))
        {
            throw new FhirFormatException($"{name} is cut short.", broken);
        }
    }

    private static bool IsOfFormat(Exception exception) =>
        exception is InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException or NotSupportedException or InvalidOperationException;

    /// <summary>Reads at most so many bytes and then refuses.</summary>
    private sealed class BoundedStream(Stream inner, long most) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            _read += read;
            return _read <= most ? read : throw new FhirFormatException($"The package unpacks to more than {most} bytes.");
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
