using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Consortium.Testing;

namespace Consortium.Architecture.Tests;

public sealed class RoomTests
{
    // By assembly name; a name that ends in a dot stands for all that begin so.
    private static readonly string[] OutsideWorld =
    [
        "System.Net.Http", "System.Net.Http.Json", "System.Net.Sockets", "System.Net.Requests", "System.Net.WebClient", "System.Net.WebSockets.Client",
        "System.Data.Common", "Microsoft.AspNetCore.", "Microsoft.Data.", "Npgsql", "Dapper", "MassTransit", "MassTransit.", "RabbitMQ.",
    ];

    [Fact]
    public void EveryRoom_StandsInTheTable()
    {
        IEnumerable<string> rooms = Directory.GetDirectories(Repository.Path("src")).Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0).Select(folder => Path.GetFileName(folder)!);
        Assert.Equal(Rooms.MayUse.Keys.Order(StringComparer.Ordinal), rooms.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Rooms.Names), MemberType = typeof(Rooms))]
    public void Project_ReferencesOnlyWhatTheTableAllows(string room)
    {
        IEnumerable<string> referenced = Rooms.Project(room).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Empty(referenced.Except(Rooms.MayUse[room]));
    }

    [Theory, MemberData(nameof(Rooms.Names), MemberType = typeof(Rooms))]
    public void Assembly_UsesOnlyRoomsThatTheTableAllows(string room)
    {
        HashSet<string> own = [.. Rooms.MayUse.Keys.Select(Rooms.AssemblyOf)];
        IEnumerable<string> used = ReferencesOf(room).Where(own.Contains);
        Assert.Empty(used.Except(Rooms.MayUse[room].Select(Rooms.AssemblyOf)));
    }

    [Theory]
    [InlineData("Fhir")]
    [InlineData("Integrity")]
    [InlineData("Adapters.Abstractions")]
    public void Assembly_OfAPureRoom_ReachesNothingOutside(string room)
    {
        string[] references = ReferencesOf(room);
        Assert.NotEmpty(references);
        Assert.DoesNotContain(references, name => Array.Exists(OutsideWorld, outside => outside.EndsWith('.') ? name.StartsWith(outside, StringComparison.Ordinal) : name == outside));
    }

    [Theory]
    [InlineData("Audit")]
    [InlineData("FhirFacade")]
    [InlineData("AnchorService")]
    [InlineData("Adapters")]
    [InlineData("Ledger")]
    public void Assembly_AboveMessaging_LeavesTheBrokersClientToIt(string room) =>
        Assert.DoesNotContain(ReferencesOf(room), name => name.StartsWith("RabbitMQ.", StringComparison.Ordinal) || name == "MassTransit.RabbitMqTransport");

    [Theory, MemberData(nameof(Rooms.Names), MemberType = typeof(Rooms))]
    public void Room_HasItsTests(string room)
    {
        string tested = Rooms.PartOf.GetValueOrDefault(room, room);
        Assert.True(File.Exists(Repository.Path($"tests/{tested}.Tests/{tested}.Tests.csproj")), $"tests/{tested}.Tests mirrors src/{room}.");
    }

    // Read from the file rather than loaded: the compiler has left out what the code does not use.
    private static string[] ReferencesOf(string room)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, Rooms.AssemblyOf(room) + ".dll")));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
