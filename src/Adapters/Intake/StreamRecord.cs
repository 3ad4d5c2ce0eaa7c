namespace Consortium.Adapters.Intake;

/// <summary>A record read from a stream, whose length is known only at its end: small ones in memory, large ones in a spool.</summary>
internal sealed class StreamRecord : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int SpoolFrom = 1024 * 1024;

    private readonly MemoryStream _memory = new();
    private Spool? _spool;

    private StreamRecord()
    {
    }

    /// <summary>In bytes.</summary>
    public long Length => _spool?.Length ?? _memory.Length;

    /// <summary>Reads a stream to its end; null where it is longer than allowed, and then not read further.</summary>
    public static async Task<StreamRecord?> ReadAsync(Stream stream, long most, string spoolFolder, CancellationToken cancellationToken)
    {
        var record = new StreamRecord();
        try
        {
            byte[] buffer = new byte[BufferBytes];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (record.Length + read > most)
                {
                    await record.DisposeAsync().ConfigureAwait(false);
                    return null;
                }

                await record.AppendAsync(buffer.AsMemory(0, read), spoolFolder, cancellationToken).ConfigureAwait(false);
            }

            if (record._spool is not null) await record._spool.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return record;
        }
        catch
        {
            await record.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts it into the journal.</summary>
    public Task<IntakeReceipt> AcceptAsync(IntakeJournal journal, string source, string? fileName, CancellationToken cancellationToken) => _spool is null
        ? journal.AcceptAsync(_memory.GetBuffer().AsMemory(0, (int)_memory.Length), source, fileName, cancellationToken)
        : journal.AcceptAsync(_spool, source, fileName, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync().ConfigureAwait(false);
        if (_spool is not null) await _spool.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, string spoolFolder, CancellationToken cancellationToken)
    {
        if (_spool is null && _memory.Length + bytes.Length <= SpoolFrom)
        {
            _memory.Write(bytes.Span);
            return;
        }

        if (_spool is null)
        {
            _spool = Spool.Create(spoolFolder);
            await _spool.AppendAsync(_memory.GetBuffer().AsMemory(0, (int)_memory.Length), cancellationToken).ConfigureAwait(false);
            _memory.SetLength(0);
        }

        await _spool.AppendAsync(bytes, cancellationToken).ConfigureAwait(false);
    }
}
