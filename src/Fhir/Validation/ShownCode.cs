using System.Text;

namespace Consortium.Fhir.Validation;

/// <summary>
/// A code as messages may show it. A code is no patient data, but what stands in its place may be: what is long, spaced or not
/// ASCII is not shown.
/// </summary>
internal static class ShownCode
{
    /// <summary><c>code 'x'</c>, or <c>the code</c>.</summary>
    public static string Of(ReadOnlySpan<byte> code) => Quoted(code) is { } text ? $"code {text}" : "the code";

    /// <summary>The same at the start of a sentence.</summary>
    public static string AtStart(ReadOnlySpan<byte> code) => Quoted(code) is { } text ? $"Code {text}" : "The code";

    /// <summary>The code alone in quotes; null where it is not shown.</summary>
    public static string? Quoted(ReadOnlySpan<byte> code) =>
        code.Length is > 0 and <= 40 && code.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) < 0 ? $"'{Encoding.ASCII.GetString(code)}'" : null;
}
