using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Consortium.Storage.Backup;

/// <summary>
/// A file that only who has the key can read, and that cannot be altered, cut short or put in another's place without being found out: AES-256-GCM over pieces of 64 KiB, each with
/// its number and whether it is the last in its nonce (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár), under a key of the file's own (HKDF-SHA-256 over a
/// random salt and the file's name).
/// </summary>
internal static class SealedFile
{
    public const int Piece = 64 * 1024;
    public const int Salt = 32;
    public const int Tag = 16;
    public static readonly byte[] Magic = Encoding.ASCII.GetBytes("CONSBAK1");

    public static AesGcm Cipher(byte[] key, byte[] salt, string name) =>
        new(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, salt, Encoding.UTF8.GetBytes("consortium-backup/1/" + name)), Tag);

    public static void Nonce(Span<byte> nonce, long number, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce, number);
        nonce[11] = last ? (byte)1 : (byte)0;
    }
}

/// <summary>Writes a sealed file; it is whole only when it is disposed.</summary>
internal sealed class SealingStream : Stream
{
    private readonly Stream _output;
    private readonly AesGcm _cipher;
    private readonly byte[] _piece = new byte[SealedFile.Piece];
    private readonly byte[] _sealed = new byte[SealedFile.Piece + SealedFile.Tag];
    private int _filled;
    private long _number;
    private bool _closed;

    public SealingStream(Stream output, byte[] key, string name)
    {
        _output = output;
        byte[] salt = RandomNumberGenerator.GetBytes(SealedFile.Salt);
        output.Write(SealedFile.Magic);
        output.Write(salt);
        _cipher = SealedFile.Cipher(key, salt, name);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _piece.Length) Seal(last: false);
            int taken = Math.Min(buffer.Length, _piece.Length - _filled);
            buffer[..taken].CopyTo(_piece.AsSpan(_filled));
            _filled += taken;
            buffer = buffer[taken..];
        }
    }

    public override void Flush()
    {
        // a piece is written when it is full, or the last
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            Seal(last: true);
            _cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Seal(bool last)
    {
        Span<byte> nonce = stackalloc byte[12];
        SealedFile.Nonce(nonce, _number++, last);
        _cipher.Encrypt(nonce, _piece.AsSpan(0, _filled), _sealed.AsSpan(0, _filled), _sealed.AsSpan(_filled, SealedFile.Tag));
        _output.Write(_sealed, 0, _filled + SealedFile.Tag);
        _filled = 0;
    }
}

/// <summary>Reads a sealed file.</summary>
internal sealed class UnsealingStream : Stream
{
    private readonly Stream _input;
    private readonly AesGcm _cipher;
    private readonly byte[] _piece = new byte[SealedFile.Piece];
    private byte[] _sealed = new byte[SealedFile.Piece + SealedFile.Tag];
    private byte[] _next = new byte[SealedFile.Piece + SealedFile.Tag];
    private int _sealedLength;
    private int _filled;
    private int _read;
    private long _number;
    private bool _last;

    /// <exception cref="BackupException">It is no sealed file.</exception>
    public UnsealingStream(Stream input, byte[] key, string name)
    {
        _input = input;
        byte[] head = new byte[SealedFile.Magic.Length + SealedFile.Salt];
        if (input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.AsSpan().StartsWith(SealedFile.Magic)) throw new BackupException($"{name} is no file of a backup.");
        _cipher = SealedFile.Cipher(key, head[SealedFile.Magic.Length..], name);
        _sealedLength = input.ReadAtLeast(_sealed, _sealed.Length, throwOnEndOfStream: false);
        Name = name;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    private string Name { get; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_read == _filled && !Open()) return 0;
        int taken = Math.Min(buffer.Length, _filled - _read);
        _piece.AsSpan(_read, taken).CopyTo(buffer);
        _read += taken;
        return taken;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _cipher.Dispose();
        base.Dispose(disposing);
    }

    private bool Open()
    {
        Span<byte> nonce = stackalloc byte[12];
        while (!_last)
        {
            // Whether a piece is the last is known when nothing comes after it.
            int following = _sealedLength == _sealed.Length ? _input.ReadAtLeast(_next, _next.Length, throwOnEndOfStream: false) : 0;
            _last = following == 0;
            if (_sealedLength < SealedFile.Tag) throw Damaged();
            SealedFile.Nonce(nonce, _number++, _last);
            int length = _sealedLength - SealedFile.Tag;
            try
            {
                _cipher.Decrypt(nonce, _sealed.AsSpan(0, length), _sealed.AsSpan(length, SealedFile.Tag), _piece.AsSpan(0, length));
            }
            catch (AuthenticationTagMismatchException)
            {
                throw Damaged();
            }

            (_sealed, _next) = (_next, _sealed);
            _sealedLength = following;
            (_filled, _read) = (length, 0);
            if (length > 0) return true;
        }

        return false;
    }

    private BackupException Damaged() => new($"{Name} cannot be opened: it is damaged or cut short, or the key is another one.");
}
