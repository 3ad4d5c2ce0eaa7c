using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation;

/// <summary>A fixed set of ASCII names, looked up by UTF-8 bytes.</summary>
internal sealed class AsciiNames
{
    private readonly byte[]?[] _slots;
    private readonly int _longest;

    public AsciiNames(IReadOnlyCollection<string> names)
    {
        int size = 4;
        while (size < names.Count * 4) size *= 2;
        _slots = new byte[]?[size];
        foreach (string name in names)
        {
            byte[] utf8 = Encoding.ASCII.GetBytes(name);
            _longest = Math.Max(_longest, utf8.Length);
            int slot = (int)TableFormat.Hash(utf8) & (size - 1);
            while (_slots[slot] is not null) slot = (slot + 1) & (size - 1);
            _slots[slot] = utf8;
        }
    }

    public bool Contains(ReadOnlySpan<byte> name)
    {
        if (name.Length > _longest) return false;
        int mask = _slots.Length - 1;
        for (int slot = (int)TableFormat.Hash(name) & mask; _slots[slot] is { } candidate; slot = (slot + 1) & mask)
        {
            if (name.SequenceEqual(candidate)) return true;
        }

        return false;
    }
}
