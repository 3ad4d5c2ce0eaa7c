namespace Consortium.Testing;

/// <summary>The servers that <c>./test.sh</c> starts; a test that needs one fails with the way out where it is absent.</summary>
internal static class TestServers
{
    /// <summary>URL of the PostgreSQL server, superuser, database <c>postgres</c>.</summary>
    public static string Postgres => Required("CONSORTIUM_TEST_POSTGRES", "PostgreSQL");

    /// <summary>URL of the RabbitMQ broker, for <c>MessagingOptions.Broker</c>. Tests share it: each takes a <see cref="NewNamespace"/>.</summary>
    public static string RabbitMq => Required("CONSORTIUM_TEST_RABBITMQ", "RabbitMQ");

    /// <summary>Path of the browser that the page test drives.</summary>
    public static string Chromium => Required("CONSORTIUM_TEST_CHROMIUM", "Chromium");

    /// <summary>A prefix for queues and exchanges that no other test has.</summary>
    public static string NewNamespace() => $"t{Guid.NewGuid():N}"[..13];

    private static string Required(string variable, string server)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        return !string.IsNullOrEmpty(value)
            ? value
            : throw new InvalidOperationException(
                $"This test needs {server}, and {variable} does not say where it is. Run ./test.sh, or in a shell: " +
                "set -a; eval \"$(eng/test-servers.sh start /tmp/consortium-servers)\"; set +a");
    }
}
