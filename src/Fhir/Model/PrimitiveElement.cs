using System.Collections;

namespace Consortium.Fhir.Model;

/// <summary>
/// A primitive with its id and extensions (FHIR R4 datatypes.html#primitive). It keeps the characters that it was written with;
/// the typed <c>Value</c> of each class reads them.
/// </summary>
public abstract class PrimitiveElement : Element
{
    private string? _literal;

    private protected PrimitiveElement()
    {
    }

    /// <summary>The value as it stands in JSON and XML; null where there are only extensions.</summary>
    /// <exception cref="FormatException">The type has no quotes in JSON, and this is no boolean or number of JSON.</exception>
    public string? Literal
    {
        get => _literal;
        set
        {
            if (value is not null && !IsJsonText && !FitsJson(value)) throw new FormatException($"The text is no JSON value of the type {TypeName}.");
            _literal = value;
        }
    }

    /// <summary>Whether it has a value besides its id and extensions.</summary>
    public bool HasValue => _literal is not null;

    /// <summary>Whether JSON writes it in quotes.</summary>
    internal virtual bool IsJsonText => true;

    internal override int ClassNumber => 0;

    internal override int ClassSlots => 2;

    internal override IList NewInstanceList() => throw new NotSupportedException();

    internal bool HasExtra => ReadSlot(0) is not null || ReadSlot(1) is IList { Count: > 0 };

    /// <summary>The characters of the value, or an empty text.</summary>
    public override string ToString() => _literal ?? string.Empty;

    private protected virtual bool FitsJson(string literal) => true;

    internal override Base DeepCopy(int depth)
    {
        PrimitiveElement copy = (PrimitiveElement)base.DeepCopy(depth);
        copy._literal = _literal;
        return copy;
    }

    internal override bool DeepEquals(Base? other, int depth) =>
        base.DeepEquals(other, depth) && string.Equals(_literal, ((PrimitiveElement)other!)._literal, StringComparison.Ordinal);
}
