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

    private static readonly ConcurrentDictionary<(string, bool), CompiledPath> s_compiled = new();

    /// <summary>Parses an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="strict">
    /// Whether it is checked against the R4 model for the type that it is evaluated on (<see cref="CompiledPath.Check"/>): a step to
    /// an element that cannot exist is an error then, and empty otherwise.
    /// </param>
    /// <exception cref="FhirPathException">It is not well-formed, or uses a function or type that does not exist.</exception>
    public static CompiledPath Compile(string expression, bool strict = false)
    {
        ArgumentNullException.ThrowIfNull(expression);
        if (s_compiled.TryGetValue((expression, strict), out CompiledPath? known)) return known;
        CompiledPath compiled = new(expression, Parser.Parse(expression), strict);
        if (s_compiled.Count < Kept) s_compiled.TryAdd((expression, strict), compiled);
        return compiled;
    }
}
