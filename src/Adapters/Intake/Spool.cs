using System.Security.Cryptography;

namespace Consortium.Adapters.Intake;

/// <summary>
/// A record that is too large for the memory while it arrives: it waits in a file that no name leads to, sealed under a key that only this process has,
/// and goes from there into the journal piece by piece. A crash leaves nothing that can be read.
/// </summary>
internal sealed class Spool : IAsyncDisposable
{
    /// <summary>Bytes in a piece; also what a piece in the journal has.</summary>
    public const int PieceBytes = 1024 * 1024;

    private readonly FileStream _file;
    private readonly RecordCipher _cipher = new(RandomNumberGenerator.GetBytes(JournalKeys.Length));
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _piece = new byte[PieceBytes];
    private int _inPiece;
    private ulong _pieces;

    private Spool(FileStream file) => _file = file;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>SHA-256 of all bytes, lower-case hexadecimal; once completed.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>A new spool in a folder, which is made where it is not there.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static Spool Create(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Guid.NewGuid().ToString("N") + ".spool");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose | FileOptions.Asynchronous : FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows()) File.Delete(path); // the open file lives on until it is closed, whatever ends this process
        return new Spool(file);
    }

    /// <summary>Adds bytes.</summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, PieceBytes - _inPiece);
            bytes.Span[..taken].CopyTo(_piece.AsSpan(_inPiece));
            bytes = bytes[taken..];
            _inPiece += taken;
            if (_inPiece == PieceBytes) await WritePieceAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the record; then its digest is known and its pieces can be read.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (_inPiece > 0) await WritePieceAsync(cancellationToken).ConfigureAwait(false);
        Digest = System.Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <summary>The record's pieces in order; may be read more than once. Each is overwritten by the next.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        byte[] read = new byte[PieceBytes + RecordCipher.Overhead];
        byte[] plain = new byte[PieceBytes];
        long left = Length;
        for (ulong number = 0; number < _pieces; number++)
        {
            int length = (int)Math.Min(left, PieceBytes);
            Span<byte> sealedBytes = read.AsSpan(0, length + RecordCipher.Overhead);
            _file.Position = (long)number * (PieceBytes + RecordCipher.Overhead);
            _file.ReadExactly(sealedBytes);
            _cipher.Open(sealedBytes, "spool", plain.AsSpan(0, length));
            left -= length;
            yield return plain.AsMemory(0, length);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        _cipher.Dispose();
        _hash.Dispose();
    }

    private async ValueTask WritePieceAsync(CancellationToken cancellationToken)
    {
        await _file.WriteAsync(_cipher.Seal(_piece.AsSpan(0, _inPiece), "spool", _pieces++), cancellationToken).ConfigureAwait(false);
        _inPiece = 0;
    }
}
