using Consortium.Fhir;
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

    /// <summary>The body as JSON, or as it came where it is no FHIR; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What the body is; a resource in XML has become JSON already, and counts as XML.</summary>
    public BodyKind Kind { get; init; }

    /// <summary>The <c>Content-Type</c> of the body, for a Binary.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body as it was read from XML, so that places are those of the XML; null where it came as JSON.</summary>
    public FhirDocument? Document { get; init; }

    /// <summary>Who asks.</summary>
    public required Caller Caller { get; init; }

    /// <summary><c>X-Request-Id</c>: the client's, or the one that the server gave.</summary>
    public string? RequestId { get; init; }

    /// <summary>The network address that the request came from; null where it is not known.</summary>
    public string? Address { get; init; }

    /// <summary><c>If-Match</c>.</summary>
    public string? IfMatch { get; init; }

    /// <summary><c>If-None-Match</c>.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary><c>If-Modified-Since</c>.</summary>
    public string? IfModifiedSince { get; init; }

    /// <summary><c>If-None-Exist</c>: the query of a conditional create.</summary>
    public string? IfNoneExist { get; init; }

    /// <summary><c>X-Security-Context</c>: what a Binary's access follows (FHIR R4 binary.html#rest).</summary>
    public string? SecurityContext { get; init; }

    /// <summary>True where a Binary is wanted as its content, not as a resource (FHIR R4 binary.html#rest).</summary>
    public bool WantsContent { get; init; }

    /// <summary><c>Prefer</c>.</summary>
    public Preferences Prefer { get; init; } = Preferences.Default;

    /// <summary>The last value of a parameter; null where it is absent.</summary>
    public string? Parameter(string name) => Parameters.LastOrDefault(parameter => parameter.Key == name).Value;

    /// <summary>The body, which is a FHIR resource.</summary>
    /// <exception cref="FhirException">415: it is something else.</exception>
    public ReadOnlyMemory<byte> Resource => Kind is BodyKind.Json or BodyKind.Xml
        ? Body
        : throw FhirException.Unsupported("a FHIR R4 resource in UTF-8 as application/fhir+json or application/fhir+xml");
}

/// <summary>What the <c>Prefer</c> header asks for (FHIR R4 http.html#ops, search.html#errors).</summary>
/// <param name="Strict"><c>handling=strict</c>: an unknown search parameter is an error.</param>
/// <param name="Return"><c>return=minimal|representation|OperationOutcome</c>.</param>
internal sealed record Preferences(bool Strict, ReturnPreference Return)
{
    /// <summary><c>respond-async</c>: the answer may come later (FHIR R4 async.html).</summary>
    public bool IsAsync { get; init; }

    public static readonly Preferences Default = new(false, ReturnPreference.Representation);

    public static Preferences Parse(string? header)
    {
        Preferences preferences = Default;
        foreach (string part in (header ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // RFC 7240 2: a value may be quoted, and there may be white space around '='.
            preferences = part.Replace(" ", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).ToLowerInvariant() switch
            {
                "handling=strict" => preferences with { Strict = true },
                "handling=lenient" => preferences with { Strict = false },
                "return=minimal" => preferences with { Return = ReturnPreference.Minimal },
                "return=representation" => preferences with { Return = ReturnPreference.Representation },
                "return=operationoutcome" => preferences with { Return = ReturnPreference.OperationOutcome },
                "respond-async" => preferences with { IsAsync = true },
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
