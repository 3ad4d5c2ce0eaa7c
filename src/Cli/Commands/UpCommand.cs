using System.CommandLine;
using Consortium.Adapters.Intake;
using Consortium.Cli.Demo;
using Consortium.Cli.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium up [--demo]</c>: the all-in-one host.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var demo = new Option<bool>("--demo") { Description = "Two hospitals, a telemedicine enterprise, a resident and a regulator on this machine, samples flowing." };
        var reset = new Option<bool>("--reset") { Description = "With --demo: forget what an earlier demo left." };
        var state = new Option<string?>("--state") { Description = "Folder of what is kept between runs." };
        var portBase = new Option<int>("--port-base") { Description = "With --demo: the first of its ports.", DefaultValueFactory = _ => DemoLayout.DefaultPortBase };
        var config = new Option<string?>("--config") { Description = "Configuration file; left out, consortium.json in this folder where there is one." };
        var broker = new Option<string?>("--broker") { Description = "rabbitmq://user:password@host:port/vhost; left out, in process." };
        var store = new Option<string?>("--store") { Description = "postgres://user:password@host:port/database; left out, SQLite files." };
        var chain = new Option<string?>("--chain") { Description = "JSON-RPC URL of the consortium's chain." };
        var site = new Option<string?>("--site") { Description = "The site folder: its mappings, code tables, plug-ins and settings." };
        var set = new Option<string[]>("--set") { Description = "KEY=VALUE of a configuration key (docs/operating.md lists them).", AllowMultipleArgumentsPerToken = true };
        var command = new Command("up", "Runs a hospital's host, or the whole demo; Ctrl-C ends it.") { demo, reset, state, portBase, config, broker, store, chain, site, set };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var signals = new EndSignals(cancellationToken);
            if (call.GetValue(demo))
            {
                return await DemoHost.RunAsync(new DemoLayout(call.GetValue(state) ?? DemoLayout.DefaultState, call.GetValue(portBase)) { Site = call.GetValue(site) }, call.GetValue(reset), signals.Token);
            }

            var named = new Dictionary<string, string?> { ["State"] = call.GetValue(state), ["Broker"] = call.GetValue(broker), ["Store"] = call.GetValue(store), ["Chain"] = call.GetValue(chain), ["Site"] = call.GetValue(site) };
            IConfiguration configuration = Configuration(call.GetValue(config), named, call.GetValue(set) ?? []);
            return await RunAsync(HospitalOptions.Read(configuration), signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(HospitalOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using WebApplication app = await HospitalHost.BuildAsync(options, cancellationToken);
            await app.StartAsync(cancellationToken);
            Output.Say($"consortium: {options.Name} is up ({options.Roles}): {options.Listen}{(options.Mllp is { } mllp ? $", mllp {mllp}" : "")}. Ctrl-C ends it.");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                await StopAsync(app, options);
            }
        }
        catch (JournalKeyException e)
        {
            throw CommandException.Misunderstood(e.Message);
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw CommandException.Misunderstood($"The TLS files of an MLLP listener cannot be used: {e.Message}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C or SIGTERM is how a host ends.
        }

        Output.Say($"consortium: {options.Name} has stopped.");
        return ExitCode.Good;
    }

    /// <summary>Ends the host in order, within the time that the site gives it.</summary>
    /// <exception cref="CommandException">Something was not finished in that time. Nothing that was acknowledged is lost.</exception>
    private static async Task StopAsync(WebApplication app, HospitalOptions options)
    {
        try
        {
            await app.StopAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
            throw CommandException.Outside($"{options.Name} did not finish what was under way within {options.Limits.Shutdown.TotalSeconds:0} s (ShutdownSeconds); who waited for an answer got none. What was acknowledged is kept.");
        }
    }

    internal static IConfiguration Configuration(string? file, Dictionary<string, string?> named, string[] assignments)
    {
        if (file is not null && !File.Exists(file)) throw CommandException.Misunderstood($"--config: {file}: no such file.");
        var values = named.Where(pair => pair.Value is not null).ToDictionary();
        foreach (string assignment in assignments)
        {
            string[] keyValue = assignment.Split('=', 2);
            if (keyValue.Length != 2) throw CommandException.Misunderstood($"--set: {assignment} is not KEY=VALUE.");
            values[keyValue[0]] = keyValue[1];
        }

        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath(file ?? "consortium.json"), optional: file is null, reloadOnChange: false)
                .AddEnvironmentVariables("CONSORTIUM__")
                .AddInMemoryCollection(values)
                .Build();
        }
        catch (InvalidDataException e)
        {
            throw CommandException.Misunderstood($"{file ?? "consortium.json"}: {e.InnerException?.Message ?? e.Message}");
        }
    }
}
