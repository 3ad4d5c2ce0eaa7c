using System.Buffers;
using System.Runtime.CompilerServices;

namespace Consortium.Cli.Validation;

/// <summary>
/// Reads the resources of files: a file is one resource, an <c>.ndjson</c> file one a line, and standard input either, as its first
/// line shows. Lines are read in blocks, so that memory does not grow with the file.
/// </summary>
internal static class ResourceReader
{
    private const int BlockLength = 1 << 18;

    /// <summary>A longer resource is refused: positions in it are 32-bit numbers.</summary>
    private const int LongestResource = 1 << 30;

    /// <param name="file">Path, or <c>-</c> for standard input.</param>
    /// <param name="rent">Gives an empty batch, which the caller gets back filled.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<ResourceBatch> ReadAsync(
        string file, Func<ResourceBatch> rent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using Stream stream = file == "-" ? Console.OpenStandardInput() : Input.Open(file);
        IAsyncEnumerable<ResourceBatch> batches = file == "-" || file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase)
            ? ReadLinesAsync(file, stream, mayBeOneResource: file == "-", rent, cancellationToken)
            : ReadWholeAsync(file, stream, rent, cancellationToken);
        await foreach (ResourceBatch batch in batches) yield return batch;
    }

    private static async IAsyncEnumerable<ResourceBatch> ReadWholeAsync(
        string file, Stream stream, Func<ResourceBatch> rent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One more than the file has, so that its end shows without the buffer growing.
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(stream.CanSeek ? stream.Length + 1 : BlockLength, LongestResource));
        yield return await ReadToEndAsync(file, stream, buffer, 0, rent, cancellationToken);
    }

    /// <param name="file">What result lines name.</param>
    /// <param name="stream">The lines.</param>
    /// <param name="mayBeOneResource">Whether input whose first line is no complete object is one resource.</param>
    /// <param name="rent">Gives an empty batch.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal static async IAsyncEnumerable<ResourceBatch> ReadLinesAsync(
        string file, Stream stream, bool mayBeOneResource, Func<ResourceBatch> rent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockLength);
        int filled = 0;
        long line = 1;
        while (true)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            filled += read;
            int lines = read == 0 ? filled : 1 + buffer.AsSpan(0, filled).LastIndexOf((byte)'\n');
            if (lines == 0 && read > 0)
            {
                Grow(file, ref buffer, filled);
                continue;
            }

            if (mayBeOneResource && line == 1 && !BeginsWithACompleteLine(buffer.AsSpan(0, lines)))
            {
                yield return await ReadToEndAsync(file, stream, buffer, filled, rent, cancellationToken);
                yield break;
            }

            byte[] rest = ArrayPool<byte>.Shared.Rent(Math.Max(BlockLength, filled - lines + 1));
            buffer.AsSpan(lines, filled - lines).CopyTo(rest);
            ResourceBatch batch = rent();
            batch.Fill(file, buffer);
            line = AddLines(batch, buffer.AsSpan(0, lines), line);
            (buffer, filled) = (rest, filled - lines);
            yield return batch;
            if (read == 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                yield break;
            }
        }
    }

    private static long AddLines(ResourceBatch batch, ReadOnlySpan<byte> lines, long line)
    {
        for (int start = 0; start < lines.Length; line++)
        {
            int length = lines[start..].IndexOf((byte)'\n');
            if (length < 0) length = lines.Length - start;
            if (!lines.Slice(start, length).Trim("\r\t "u8).IsEmpty) batch.Add(start, length, line);
            start += length + 1;
        }

        return line;
    }

    /// <summary>Whether the first line is an object from brace to brace: no resource that is laid out over several lines begins so.</summary>
    private static bool BeginsWithACompleteLine(ReadOnlySpan<byte> lines)
    {
        int end = lines.IndexOf((byte)'\n');
        ReadOnlySpan<byte> first = (end < 0 ? lines : lines[..end]).Trim("\r\t "u8);
        if (first.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) first = first[3..];
        return first.StartsWith("{"u8) && first.EndsWith("}"u8);
    }

    /// <summary>A batch of one resource: what has been read and the rest of the stream.</summary>
    private static async Task<ResourceBatch> ReadToEndAsync(
        string file, Stream stream, byte[] buffer, int filled, Func<ResourceBatch> rent, CancellationToken cancellationToken)
    {
        int read;
        do
        {
            Grow(file, ref buffer, filled);
            read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            filled += read;
        }
        while (read > 0);

        ResourceBatch whole = rent();
        whole.Fill(file, buffer);
        whole.Add(0, filled, line: 1);
        return whole;
    }

    private static void Grow(string file, ref byte[] buffer, int filled)
    {
        if (filled < buffer.Length) return;
        if (filled >= LongestResource) throw CommandException.Misunderstood($"{file}: a resource is longer than {LongestResource} bytes.");
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
