using System.Buffers;
using System.Text;

namespace Consortium.Integrity;

/// <summary>
/// The property names of the objects that are open while a record is read, kept as a stack so that duplicates are found
/// without allocating. FHIR objects have few names, so they are compared one by one; an object with many (only an attack
/// has) falls back to a hash set.
/// </summary>
internal sealed class PropertyNames : IDisposable
{
    private const int Few = 64;

    private readonly Stack<(int FirstName, int FirstByte, HashSet<string>? Many)> _outer = [];
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1024);
    private (int Start, int Length)[] _names = ArrayPool<(int, int)>.Shared.Rent(Few);
    private int _usedBytes;
    private int _usedNames;
    private int _firstName;
    private int _firstByte;
    private HashSet<string>? _many;

    /// <summary>Begins an object inside the current one.</summary>
    public void Open()
    {
        _outer.Push((_firstName, _firstByte, _many));
        (_firstName, _firstByte, _many) = (_usedNames, _usedBytes, null);
    }

    /// <summary>Ends the current object.</summary>
    public void Close()
    {
        (_usedNames, _usedBytes) = (_firstName, _firstByte);
        (_firstName, _firstByte, _many) = _outer.Pop();
    }

    /// <summary>Adds a name to the current object; false if it has it already.</summary>
    public bool Add(ReadOnlySpan<byte> name)
    {
        if (_many is not null) return _many.Add(Encoding.UTF8.GetString(name));

        foreach ((int start, int length) in _names.AsSpan(_firstName, _usedNames - _firstName))
        {
            if (length == name.Length && name.SequenceEqual(_bytes.AsSpan(start, length))) return false;
        }

        if (_usedNames - _firstName == Few)
        {
            _many = new HashSet<string>(StringComparer.Ordinal) { Encoding.UTF8.GetString(name) };
            foreach ((int start, int length) in _names.AsSpan(_firstName, Few)) _many.Add(Encoding.UTF8.GetString(_bytes, start, length));
            return true;
        }

        if (_usedBytes + name.Length > _bytes.Length) Grow(ref _bytes, _usedBytes, _usedBytes + name.Length);
        if (_usedNames == _names.Length) Grow(ref _names, _usedNames, _usedNames + 1);
        name.CopyTo(_bytes.AsSpan(_usedBytes));
        _names[_usedNames++] = (_usedBytes, name.Length);
        _usedBytes += name.Length;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        ArrayPool<(int, int)>.Shared.Return(_names);
        _bytes = [];
        _names = [];
    }

    private static void Grow<T>(ref T[] array, int used, int wanted)
    {
        T[] larger = ArrayPool<T>.Shared.Rent(Math.Max(array.Length * 2, wanted));
        array.AsSpan(0, used).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }
}
