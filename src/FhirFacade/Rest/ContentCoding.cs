using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Consortium.FhirFacade.Rest;

/// <summary>Compression of bodies (RFC 9110 8.4; FHIR R4 http.html#compression): gzip and br, both ways.</summary>
internal static class ContentCoding
{
    /// <summary>What the server takes, for <c>Accept-Encoding</c> of a 415.</summary>
    public const string Taken = "gzip, br";

    /// <summary>Below this many bytes the effort gains nothing.</summary>
    private const int Least = 1024;

    /// <summary>The coding that the client likes best of those that the server has; null for none.</summary>
    public static string? Preferred(HttpRequest request, int length)
    {
        if (length < Least || request.Headers.AcceptEncoding.Count == 0) return null;
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out IList<StringWithQualityHeaderValue>? asked)) return null;
        double gzip = Quality(asked, "gzip"), br = Quality(asked, "br"), identity = Quality(asked, "identity", byDefault: 0.001);
        if (Math.Max(gzip, br) <= 0 || identity > Math.Max(gzip, br)) return null;
        return br >= gzip ? "br" : "gzip";
    }

    /// <summary>The bytes in the coding.</summary>
    public static byte[] Encode(byte[] body, string coding)
    {
        var output = new MemoryStream(body.Length / 4);
        using (Stream stream = coding == "br" ? new BrotliStream(output, CompressionLevel.Fastest) : new GZipStream(output, CompressionLevel.Fastest)) stream.Write(body);
        return output.ToArray();
    }

    /// <summary>The body without its coding, which may be as long as a body without one: a small file that inflates to a huge one ends at the limit.</summary>
    /// <exception cref="FhirException">400: it is not in that coding. 413: it is longer. 415: the server has no such coding.</exception>
    public static async Task<ReadOnlyMemory<byte>> DecodeAsync(ReadOnlyMemory<byte> body, string coding, int most, CancellationToken cancellationToken)
    {
        var input = new MemoryStream(body.ToArray(), writable: false);
        switch (coding.Trim().ToLowerInvariant())
        {
            case "" or "identity":
                return body;
            case "gzip" or "x-gzip":
                return await ReadAsync(new GZipStream(input, CompressionMode.Decompress), most, cancellationToken).ConfigureAwait(false);
            case "br":
                return await ReadAsync(new BrotliStream(input, CompressionMode.Decompress), most, cancellationToken).ConfigureAwait(false);
            default:
                throw new FhirException(415, "not-supported", $"This server takes a body as it is, or with Content-Encoding {Taken}.") { AcceptEncoding = Taken };
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new ArrayBufferWriter<byte>(16 * 1024);
            try
            {
                while (true)
                {
                    int read = await stream.ReadAsync(buffer.GetMemory(16 * 1024), cancellationToken).ConfigureAwait(false);
                    if (read == 0) return buffer.WrittenMemory;
                    buffer.Advance(read);
                    if (buffer.WrittenCount > most) throw FhirException.TooLarge(most);
                }
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                throw FhirException.BadRequest("structure", "The body is not in the coding that Content-Encoding names.");
            }
        }
    }

    private static double Quality(IList<StringWithQualityHeaderValue> asked, string coding, double byDefault = 0)
    {
        double? any = null;
        foreach (StringWithQualityHeaderValue one in asked)
        {
            if (one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)) return one.Quality ?? 1;
            if (one.Value == "*") any = one.Quality ?? 1;
        }

        return any ?? byDefault;
    }
}
