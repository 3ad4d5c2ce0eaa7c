using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Consortium.Fhir;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Subscriptions;

/// <summary>
/// Sends a notification to a rest-hook (FHIR R4 subscription.html#2.46.7.1): a POST without a body where the subscription has no payload, else a PUT of the resource
/// below the endpoint, as an update. It follows no redirect, uses no proxy and keeps no cookies.
/// </summary>
internal sealed class NoticeSender : IDisposable
{
    private readonly SubscriptionEndpoints _endpoints;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly HttpClient _listed;
    private readonly HttpClient _public;

    public NoticeSender(SubscriptionEndpoints endpoints, FacadeOptions options, TimeProvider time)
    {
        _endpoints = endpoints;
        _timeout = options.Subscriptions.Timeout;
        _time = time;
        _listed = Client(null);
        _public = Client(ConnectPublicAsync);
    }

    /// <summary>Sends it; null where the endpoint took it (2xx).</summary>
    public async Task<NoticeFailure?> SendAsync(TakenNotice notice, CancellationToken cancellationToken)
    {
        // Looked at again: the site's list may have changed since the subscription was taken.
        if (_endpoints.TrustOf(notice.Endpoint) is not { } trust) return new NoticeFailure("the server's configuration does not allow the endpoint any more (SubscriptionEndpoints)", true);
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using HttpRequestMessage request = Request(notice);
            using HttpResponseMessage answer = await (trust == EndpointTrust.Listed ? _listed : _public).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            int status = (int)answer.StatusCode;
            if (status is >= 200 and < 300) return null;
            // 4xx is about this message, but for those that are about who asks, or how fast.
            bool isEndpoint = status is not (>= 400 and < 500) || status is 401 or 403 or 404 or 408 or 410 or 429;
            return new NoticeFailure(string.Create(CultureInfo.InvariantCulture, $"the endpoint answered {status}"), isEndpoint);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new NoticeFailure(string.Create(CultureInfo.InvariantCulture, $"the endpoint did not answer within {_timeout.TotalSeconds} s"), true);
        }
        catch (FhirFormatException)
        {
            return new NoticeFailure("a resource has no form in XML", false);
        }
        catch (HttpRequestException e)
        {
            return new NoticeFailure(e.InnerException is EndpointRefusedException ? "the endpoint's name leads to an address that is not public" : $"the endpoint could not be reached ({e.HttpRequestError})", true);
        }
    }

    public void Dispose()
    {
        _listed.Dispose();
        _public.Dispose();
    }

    private static HttpRequestMessage Request(TakenNotice notice)
    {
        HttpRequestMessage request;
        if (notice.Payload is not { } payload)
        {
            request = new HttpRequestMessage(HttpMethod.Post, notice.Endpoint) { Content = new ByteArrayContent([]) };
        }
        else
        {
            var endpoint = new UriBuilder(notice.Endpoint);
            endpoint.Path = $"{endpoint.Path.TrimEnd('/')}/{notice.Type}/{notice.Id}";
            byte[] body = payload.EndsWith("xml", StringComparison.Ordinal) ? FhirDocument.Parse(notice.Body!).ToXml() : notice.Body!;
            request = new HttpRequestMessage(HttpMethod.Put, endpoint.Uri) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(payload, "utf-8");
        }

        foreach (string header in notice.Headers)
        {
            string name = SubscriptionContent.Name(header);
            if (!request.Headers.TryAddWithoutValidation(name, header[(name.Length + 1)..].Trim())) request.Content!.Headers.TryAddWithoutValidation(name, header[(name.Length + 1)..].Trim());
        }

        return request;
    }

    private static HttpClient Client(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = connect,
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("Consortium", "1") } },
    };

    // The address that the name has now is the one that is looked at and connected to: a name that changes in between gains nothing.
    private static async ValueTask<Stream> ConnectPublicAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = [.. (await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false)).Where(SubscriptionEndpoints.IsPublic)];
        if (addresses.Length == 0) throw new EndpointRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class EndpointRefusedException : Exception;
}

/// <summary>Why a notification did not arrive.</summary>
/// <param name="Reason">In words, without patient data and without the endpoint's URL.</param>
/// <param name="IsEndpoint">True where the endpoint cannot be reached or does not work; false where it refuses this one.</param>
internal sealed record NoticeFailure(string Reason, bool IsEndpoint);
