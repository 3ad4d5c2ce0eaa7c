using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Consortium.Cli.Load;

/// <summary>Sends HL7 v2 messages over MLLP and reads the acknowledgement of each (HL7 v2.5.1 ch. 2.9), with or without TLS.</summary>
internal sealed class MllpClient : IAsyncDisposable
{
    private const byte StartBlock = 0x0B;
    private const byte EndBlock = 0x1C;
    private const byte CarriageReturn = 0x0D;
    private const int ControlId = 10;
    private const int ApplicationAcknowledgmentType = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly HashSet<string> _mayAnswerLate = new(StringComparer.Ordinal);
    private Stream _stream = Stream.Null;
    private int _unread;

    private MllpClient()
    {
    }

    /// <summary>Connects.</summary>
    /// <param name="host">Name or address.</param>
    /// <param name="port">Port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="tls">For TLS; null for none.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    /// <exception cref="IOException">The TLS handshake failed.</exception>
    public static async Task<MllpClient> ConnectAsync(string host, int port, CancellationToken cancellationToken, ClientTls? tls = null)
    {
        var client = new MllpClient();
        try
        {
            await client._client.ConnectAsync(host, port, cancellationToken);
            client._stream = client._client.GetStream();
            if (tls is not null) await client.AuthenticateAsync(tls.For(host), $"{host}:{port}", cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends one message and waits for its acknowledgement, at most a minute.</summary>
    /// <returns>The acknowledgement code of MSA-1 (<c>AA</c>, <c>AE</c>, <c>AR</c>, in enhanced mode <c>CA</c>, <c>CE</c>, <c>CR</c>) and the whole acknowledgement.</returns>
    /// <exception cref="IOException">No acknowledgement came; the message may or may not have been accepted, so send it again.</exception>
    public async Task<(string Code, string Text)> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        string id = HeaderField(message.Span, ControlId);
        try
        {
            await WriteFrameAsync(message, patience.Token);
            while (true)
            {
                string answer = await ReadFrameAsync(patience.Token);
                string[] msa = Array.Find(answer.Split('\r'), segment => segment.StartsWith("MSA", StringComparison.Ordinal)) is { Length: > 3 } found ? found.Split(found[3]) : [];

                // An application acknowledgement (MSH-16) of a message before comes when that one is settled.
                if (msa.Length > 2 && msa[2] != id && _mayAnswerLate.Remove(msa[2])) continue;
                if (HeaderField(message.Span, ApplicationAcknowledgmentType).Length > 0) _mayAnswerLate.Add(id);
                return (msa.Length > 1 ? msa[1] : "??", answer);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"No acknowledgement came in {Patience.TotalSeconds} s. Does MSH-15 of the message ask for one?");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task AuthenticateAsync(SslClientAuthenticationOptions options, string address, CancellationToken cancellationToken)
    {
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = secure;
        try
        {
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch (AuthenticationException e)
        {
            throw new IOException($"{address}: the TLS handshake failed: {e.Message} --ca names the authority to trust; the certificate must be for {options.TargetHost}.", e);
        }
        catch (IOException e)
        {
            throw new IOException($"{address}: the TLS handshake was broken off ({e.Message}). Does it speak TLS, and does it take the certificate of --cert?", e);
        }
    }

    private async Task WriteFrameAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(message.Length + 3);
        try
        {
            frame[0] = StartBlock;
            message.CopyTo(frame.AsMemory(1));
            frame[message.Length + 1] = EndBlock;
            frame[message.Length + 2] = CarriageReturn;
            await _stream.WriteAsync(frame.AsMemory(0, message.Length + 3), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame, clearArray: true); // patient data
        }
    }

    private async Task<string> ReadFrameAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int end = _buffer.AsSpan(0, _unread).IndexOf([EndBlock, CarriageReturn]);
            if (end >= 0)
            {
                string text = Encoding.UTF8.GetString(_buffer, 0, end).TrimStart((char)StartBlock);
                _unread -= end + 2;
                _buffer.AsSpan(end + 2, _unread).CopyTo(_buffer);
                return text;
            }

            if (_unread == _buffer.Length) throw new IOException("The acknowledgement is longer than 16 KiB.");
            int read = await _stream.ReadAsync(_buffer.AsMemory(_unread), cancellationToken);
            if (read == 0) throw new IOException("The host closed the connection before it acknowledged. With TLS: does it want a certificate (--cert) that it knows?");
            _unread += read;
        }
    }

    /// <summary>A field of the header, as the acknowledgement gives it back; MSH-1 is the separator itself.</summary>
    private static string HeaderField(ReadOnlySpan<byte> message, int number)
    {
        if (message.Length < 4) return "";
        int end = message.IndexOf(CarriageReturn);
        ReadOnlySpan<byte> header = end < 0 ? message : message[..end];
        byte separator = message[3];
        for (int field = 1; field < number; field++)
        {
            int next = header.IndexOf(separator);
            if (next < 0) return "";
            header = header[(next + 1)..];
        }

        int length = header.IndexOf(separator);
        return Encoding.UTF8.GetString(length < 0 ? header : header[..length]);
    }
}
