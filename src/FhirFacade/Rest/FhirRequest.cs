using Consortium.FhirFacade.Access;

namespace Consortium.FhirFacade.Rest;

/// <summary>One interaction, whether it came over HTTP or as an entry of a batch.</summary>
internal sealed record FhirRequest
{
    /// <summary>HTTP verb, upper case.</summary>
    public required string Method { get; init; }

    /// <summary>The path below the base, unescaped, by segment.</summary>
    public required string[] Segments { get; init; }

    /// <summary>The parameters of the URL, and of the form of a POST <c>_search</c>, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    /// <summary>The body; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Who asks.</summary>
    public required Caller Caller { get; init; }

    /// <summary><c>If-Match</c>.</summary>
    public string? IfMatch { get; init; }

    /// <summary><c>If-None-Match</c>.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary><c>If-Modified-Since</c>.</summary>
    public string? IfModifiedSince { get; init; }

    /// <summary><c>If-None-Exist</c>: the query of a conditional create.</summary>
    public string? IfNoneExist { get; init; }

    /// <summary><c>Prefer</c>.</summary>
    public Preferences Prefer { get; init; } = Preferences.Default;
}

/// <summary>What the <c>Prefer</c> header asks for (FHIR R4 http.html#ops, search.html#errors).</summary>
/// <param name="Strict"><c>handling=strict</c>: an unknown search parameter is an error.</param>
/// <param name="Return"><c>return=minimal|representation|OperationOutcome</c>.</param>
internal sealed record Preferences(bool Strict, ReturnPreference Return)
{
    public static readonly Preferences Default = new(false, ReturnPreference.Representation);

    public static Preferences Parse(string? header)
    {
        Preferences preferences = Default;
        foreach (string part in (header ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            preferences = part.ToLowerInvariant() switch
            {
                "handling=strict" => preferences with { Strict = true },
                "handling=lenient" => preferences with { Strict = false },
                "return=minimal" => preferences with { Return = ReturnPreference.Minimal },
                "return=representation" => preferences with { Return = ReturnPreference.Representation },
                "return=operationoutcome" => preferences with { Return = ReturnPreference.OperationOutcome },
                _ => preferences, // RFC 7240 2: a preference that is not understood is ignored
            };
        }

        return preferences;
    }
}

/// <summary>What a write answers with.</summary>
internal enum ReturnPreference
{
    Representation,
    Minimal,
    OperationOutcome,
}
