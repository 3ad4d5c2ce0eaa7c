using System.Net;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Rest;
using Consortium.FhirFacade.Telemetry;

namespace Consortium.FhirFacade.Limits;

/// <summary>
/// How many requests a caller may send (RFC 6585 4). A caller is who its token says, whatever address it comes from; without one it is its address.
/// </summary>
internal sealed class CallerRates(FacadeOptions options, TimeProvider time)
{
    private readonly TokenBuckets _own = new(options.Limits.OwnRate, time);
    private readonly TokenBuckets _outside = new(options.Limits.OutsideRate, time);
    private readonly TokenBuckets _unknown = new(options.Limits.UnknownRate, time);

    /// <summary>Who asks, from an address that has not lately named too many people falsely; counted.</summary>
    /// <exception cref="FhirException">429: too many requests.</exception>
    public async Task<Caller> AdmitAsync(IPAddress? address, Func<Task<Caller>> authenticate)
    {
        string from = address?.ToString() ?? "";
        if (!_unknown.HasToken(from)) throw TooMany();
        Caller caller;
        try
        {
            caller = await authenticate().ConfigureAwait(false);
        }
        catch (FhirException e) when (e.Status == 401)
        {
            _unknown.TryTake(from);
            throw;
        }

        bool admitted = caller.Kind switch
        {
            CallerKind.Anonymous => _unknown.TryTake(from),
            CallerKind.User => _own.TryTake($"{caller.User!.Subject} {caller.User.Client}"),
            CallerKind.LocalUser => _own.TryTake(caller.Address?.ToString() ?? from),
            _ => _outside.TryTake(caller.Address?.ToString() ?? from),
        };
        return admitted ? caller : throw TooMany();
    }

    private static FhirException TooMany()
    {
        FacadeTelemetry.Refused("rate");
        return new FhirException(429, "throttled", "Too many requests of this caller; the limits are the site's (docs/operating.md). Send the same again after the seconds that Retry-After says.") { RetryAfter = 1 };
    }
}
