using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Search.Query;

/// <summary>
/// How deep a chain has gone, and how many ways all of it has been tried: a reference that may lead to any type multiplies at each step,
/// so that six short names could ask for billions of readings.
/// </summary>
internal sealed class ChainDepth
{
    /// <summary>Chains and <c>_has</c> deeper than this are refused.</summary>
    private const int MostSteps = 6;

    /// <summary>More ways to read one parameter than this are refused.</summary>
    private const int MostWays = 2000;

    private readonly int _steps;
    private readonly int[] _ways;

    private ChainDepth(int steps, int[] ways)
    {
        _steps = steps;
        _ways = ways;
    }

    /// <summary>The start of one parameter.</summary>
    public static ChainDepth Start() => new(0, new int[1]);

    /// <summary>One step further.</summary>
    /// <exception cref="FhirException">400: too deep, or too many ways.</exception>
    public ChainDepth Deeper()
    {
        if (_steps == MostSteps) throw FhirException.BadRequest("too-costly", $"A chain may have {MostSteps} steps at most.");
        if (++_ways[0] > MostWays) throw FhirException.BadRequest("too-costly", "The chain may be read in too many ways; name the type at each step (subject:Patient.name).");
        return new ChainDepth(_steps + 1, _ways);
    }
}
