using System.Collections.Concurrent;
using Consortium.Fhir.Expressions;

namespace Consortium.Fhir;

/// <summary>
/// FHIRPath (the N1 release with FHIR R4's functions). Expressions are parsed once; a bounded number is kept, so compiling
/// the same text again costs a look-up.
/// </summary>
public static class FhirPath
{
    private const int Kept = 2000;

    private static readonly ConcurrentDictionary<string, CompiledPath> s_compiled = new(StringComparer.Ordinal);

    /// <summary>Parses an expression.</summary>
    /// <exception cref="FhirPathException">It is not well-formed, or uses a function or type that does not exist.</exception>
    public static CompiledPath Compile(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        if (s_compiled.TryGetValue(expression, out CompiledPath? known)) return known;
        CompiledPath compiled = new(expression, Parser.Parse(expression));
        if (s_compiled.Count < Kept) s_compiled.TryAdd(expression, compiled);
        return compiled;
    }
}
