using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace Consortium.Cli.Load;

/// <summary>Sends HL7 v2 messages over MLLP and reads the acknowledgement of each (HL7 v2.5.1 appendix C.4, original mode).</summary>
internal sealed class MllpClient : IAsyncDisposable
{
    private const byte StartBlock = 0x0B;
    private const byte EndBlock = 0x1C;
    private const byte CarriageReturn = 0x0D;
    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];

    private MllpClient()
    {
    }

    public static async Task<MllpClient> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var client = new MllpClient();
        try
        {
            await client._client.ConnectAsync(host, port, cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends one message and waits for its acknowledgement.</summary>
    /// <returns>The acknowledgement code of MSA-1 (<c>AA</c>, <c>AE</c>, <c>AR</c>) and the whole acknowledgement.</returns>
    /// <exception cref="IOException">The connection ended before the acknowledgement came; the message may or may not have been accepted, so send it again.</exception>
    public async Task<(string Code, string Text)> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        NetworkStream stream = _client.GetStream();
        byte[] frame = ArrayPool<byte>.Shared.Rent(message.Length + 3);
        try
        {
            frame[0] = StartBlock;
            message.CopyTo(frame.AsMemory(1));
            frame[message.Length + 1] = EndBlock;
            frame[message.Length + 2] = CarriageReturn;
            await stream.WriteAsync(frame.AsMemory(0, message.Length + 3), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }

        return Code(await ReadFrameAsync(stream, cancellationToken));
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ReadFrameAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        int length = 0;
        while (true)
        {
            if (length == _buffer.Length) throw new IOException("The acknowledgement is longer than 16 KiB.");
            int read = await stream.ReadAsync(_buffer.AsMemory(length), cancellationToken);
            if (read == 0) throw new IOException("The host closed the connection before it acknowledged.");
            length += read;
            if (length >= 3 && _buffer[length - 2] == EndBlock && _buffer[length - 1] == CarriageReturn)
            {
                return Encoding.UTF8.GetString(_buffer, 1, length - 3);
            }
        }
    }

    private static (string Code, string Text) Code(string acknowledgement)
    {
        int msa = acknowledgement.IndexOf("MSA", StringComparison.Ordinal);
        return msa >= 0 && acknowledgement.Length >= msa + 6 ? (acknowledgement.Substring(msa + 4, 2), acknowledgement) : ("??", acknowledgement);
    }
}
