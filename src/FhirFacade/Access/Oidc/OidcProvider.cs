using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Consortium.FhirFacade.Access.Oidc;

/// <summary>
/// What the provider publishes of itself: its endpoints and its keys. Kept for a while, and read again at once when a token names a key that is not known,
/// so that a provider may change its keys at any time; not more often than every few seconds, so that made-up tokens do not become requests to it.
/// </summary>
internal sealed class OidcProvider(OidcOptions options, HttpClient http, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(6);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestOutage = TimeSpan.FromHours(24);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly IDocumentRetriever _documents = new HttpDocumentRetriever(http) { RequireHttps = !new Uri(options.Metadata).IsLoopback };
    private volatile Reading? _last;

    /// <summary>The provider's metadata with its keys.</summary>
    /// <exception cref="OidcProviderException">It does not answer, answers with something else, or is another issuer, and nothing older is known.</exception>
    public Task<OpenIdConnectConfiguration> ReadAsync(CancellationToken cancellationToken) => ReadAsync(last => time.GetUtcNow() < last.ReadNextAt, cancellationToken);

    /// <summary>The same, read anew unless that has just been done: a token names a key that is not among the known ones.</summary>
    public Task<OpenIdConnectConfiguration> ReadAgainAsync(CancellationToken cancellationToken) => ReadAsync(last => time.GetUtcNow() < last.TriedAt + s_pause, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reading.Dispose();
        http.Dispose();
    }

    private async Task<OpenIdConnectConfiguration> ReadAsync(Func<Reading, bool> isFresh, CancellationToken cancellationToken)
    {
        if (_last is { } known && isFresh(known)) return known.Answer();
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_last is { } meanwhile && isFresh(meanwhile)) return meanwhile.Answer();
            _last = await FetchAsync(cancellationToken).ConfigureAwait(false);
            return _last.Answer();
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<Reading> FetchAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        try
        {
            OpenIdConnectConfiguration read = await OpenIdConnectConfigurationRetriever.GetAsync(options.Metadata, _documents, cancellationToken).ConfigureAwait(false);
            // OpenID Connect Discovery 1.0, 4.3: the issuer of the document is the one that was asked for, exactly.
            if (read.Issuer != options.Issuer) throw new OidcProviderException("The identity provider's discovery document is of another issuer than Oidc:Issuer. They must be the same to the letter.");
            if (read.SigningKeys.Count == 0) throw new OidcProviderException("The identity provider publishes no signing keys.");
            return new Reading(now, now + s_kept, now, read, null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What was known before stays good for a day: a provider that is away for a while does not lock its users out.
            Reading? before = _last is { Configuration: not null } last && now - last.GoodAt < s_longestOutage ? last : null;
            OidcProviderException failure = e as OidcProviderException ?? new OidcProviderException("The identity provider does not answer, or its discovery document or keys cannot be read.", e);
            return new Reading(now, now + s_pause, before?.GoodAt ?? default, before?.Configuration, failure);
        }
    }

    private sealed record Reading(DateTimeOffset TriedAt, DateTimeOffset ReadNextAt, DateTimeOffset GoodAt, OpenIdConnectConfiguration? Configuration, OidcProviderException? Failure)
    {
        public OpenIdConnectConfiguration Answer() => Configuration ?? throw new OidcProviderException(Failure!.Message, Failure);
    }
}

/// <summary>The identity provider cannot be asked. Holds nothing of a token.</summary>
internal sealed class OidcProviderException : Exception
{
    public OidcProviderException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
