using System.Text;

namespace Consortium.Fhir.Terminology;

/// <summary>A value set as a binding asks it: whether it has a code, and what to say where it has not.</summary>
internal abstract class BoundValueSet
{
    public abstract string Url { get; }

    /// <summary>Why some of its codes are not known here; null when all are.</summary>
    public abstract string? Undecidable { get; }

    /// <summary>Whether the value set has the code in any code system: for code, string and uri, which carry none.</summary>
    public abstract Membership Contains(ReadOnlySpan<byte> code);

    /// <summary>Whether the value set has the code in that code system.</summary>
    public abstract Membership Contains(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code);

    /// <summary>A few of the codes, for a message that says what is allowed.</summary>
    public abstract string Sample { get; }
}

/// <summary>A value set that packages brought or that rests on code systems of theirs.</summary>
internal sealed class ComposedValueSet(FhirTerminology terminology, string url, ValueSetContent content) : BoundValueSet
{
    public override string Url => url;

    public override string? Undecidable => content.IsComplete ? null : content.Open[0].Reason;

    public override Membership Contains(ReadOnlySpan<byte> code) => terminology.Contains(content, null, Encoding.UTF8.GetString(code), out _);

    public override Membership Contains(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code) =>
        terminology.Contains(content, Encoding.UTF8.GetString(system), Encoding.UTF8.GetString(code), out _);

    public override string Sample =>
        string.Join(", ", content.Codes.Keys.Take(12).Select(k => k.Code)) + (content.Codes.Count > 12 ? $" … ({content.Codes.Count} codes)" : string.Empty);
}
