using System.Text.Json;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Later;

/// <summary>What is done with a request whose process has died.</summary>
internal enum LaterKind
{
    /// <summary>It reads: run again.</summary>
    Read,

    /// <summary>All or nothing: run again where nothing was done.</summary>
    Transaction,

    /// <summary>Entry by entry: run again where nothing was done.</summary>
    Batch,
}

/// <summary>How far a request has come.</summary>
internal enum LaterState
{
    /// <summary>Somebody runs it, or will.</summary>
    Running,

    /// <summary>Its answer is there.</summary>
    Done,
}

/// <summary>A request that is answered later (FHIR R4 async.html).</summary>
/// <param name="Id">Its name in URLs: 128 random bits.</param>
/// <param name="Owner">Who asked; to anybody else it does not exist.</param>
/// <param name="Kind">What it does.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Writes">Transactions of the store that were committed for it.</param>
/// <param name="LeasedUntil">Until when its runner holds it, in milliseconds.</param>
/// <param name="CreatedAt">When it was asked for, in milliseconds.</param>
/// <param name="Request">The request as it came; null once it is done.</param>
/// <param name="Answer">The Bundle; null until it is done.</param>
internal sealed record LaterRequest(string Id, string Owner, LaterKind Kind, LaterState State, long Writes, long LeasedUntil, long CreatedAt, byte[]? Request, byte[]? Answer);

/// <summary>A request as it is kept: what it says, not who says it. Whoever asks for its status is known by a token of that moment.</summary>
internal sealed record KeptRequest(
    string Method, string[] Segments, string[][] Parameters, byte[] Body, int Kind, string? ContentType, string? IfMatch, string? IfNoneMatch, string? IfModifiedSince, string? IfNoneExist, bool Strict, int Return)
{
    /// <summary>The bytes to keep.</summary>
    public static byte[] Write(FhirRequest request) => JsonSerializer.SerializeToUtf8Bytes(new KeptRequest(
        request.Method, request.Segments, [.. request.Parameters.Select(one => new[] { one.Key, one.Value })], request.Body.ToArray(), (int)request.Kind, request.ContentType,
        request.IfMatch, request.IfNoneMatch, request.IfModifiedSince, request.IfNoneExist, request.Prefer.Strict, (int)request.Prefer.Return));

    /// <summary>The request again, on behalf of its owner.</summary>
    public static FhirRequest Read(byte[] kept, Caller caller)
    {
        KeptRequest request = JsonSerializer.Deserialize<KeptRequest>(kept)!;
        return new FhirRequest
        {
            Method = request.Method,
            Segments = request.Segments,
            Parameters = [.. request.Parameters.Select(pair => new KeyValuePair<string, string>(pair[0], pair[1]))],
            Body = request.Body,
            Kind = (BodyKind)request.Kind,
            ContentType = request.ContentType,
            Caller = caller,
            IfMatch = request.IfMatch,
            IfNoneMatch = request.IfNoneMatch,
            IfModifiedSince = request.IfModifiedSince,
            IfNoneExist = request.IfNoneExist,
            Prefer = new Preferences(request.Strict, (ReturnPreference)request.Return),
        };
    }
}
