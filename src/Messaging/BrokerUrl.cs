namespace Consortium.Messaging;

/// <summary>A broker's address, read from its URL.</summary>
internal sealed record BrokerUrl(string Host, int Port, string VirtualHost, string User, string Password, bool Tls)
{
    private const string Form = "A broker is named rabbitmq://USER:PASSWORD@HOST:PORT/VHOST (rabbitmqs:// with TLS), or in-process.";

    /// <exception cref="FormatException">Not a broker's URL; the message never repeats the password.</exception>
    public static BrokerUrl Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0) throw new FormatException(Form);
        bool? tls = uri.Scheme switch
        {
            "rabbitmq" or "amqp" => false,
            "rabbitmqs" or "amqps" => true,
            _ => null,
        };
        if (tls is null || uri.Query.Length > 0) throw new FormatException(Form);
        string[] user = uri.UserInfo.Split(':', 2);
        string path = uri.AbsolutePath.TrimStart('/');
        return new BrokerUrl(
            uri.IdnHost,
            uri.Port > 0 ? uri.Port : tls.Value ? 5671 : 5672,
            path.Length == 0 ? "/" : Uri.UnescapeDataString(path),
            user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : "guest",
            user.Length > 1 ? Uri.UnescapeDataString(user[1]) : user[0].Length > 0 ? "" : "guest",
            tls.Value);
    }

    /// <summary>The address without its secret, for logs.</summary>
    public override string ToString() => $"rabbitmq{(Tls ? "s" : "")}://{Host}:{Port}/{(VirtualHost == "/" ? "" : VirtualHost)}";
}
