using System.Xml.Linq;
using Consortium.Testing;

namespace Consortium.Architecture.Tests;

/// <summary>The rooms of architecture.md and what each may use (the table at its top; decision 0002 adds <c>Storage</c>).</summary>
internal static class Rooms
{
    public static IReadOnlyDictionary<string, string[]> MayUse { get; } = new Dictionary<string, string[]>
    {
        ["Fhir"] = [],
        ["Integrity"] = [],
        ["Storage"] = [],
        ["Messaging"] = ["Storage"],
        ["Ledger"] = ["Integrity", "Storage"],
        ["Adapters.Abstractions"] = ["Fhir", "Fhir.Model"],
        ["Adapters.Testing"] = ["Adapters.Abstractions", "Fhir", "Fhir.Model"],
        ["Adapters"] = ["Adapters.Abstractions", "Fhir", "Messaging", "Storage"],
        ["FhirFacade"] = ["Fhir", "Integrity", "Ledger", "Messaging", "Storage"],
        ["AnchorService"] = ["Integrity", "Ledger", "Messaging", "Storage"],
        ["Audit"] = ["Fhir", "Integrity", "Ledger", "Storage"],
        ["Cli"] = ["Adapters", "Adapters.Abstractions", "AnchorService", "Audit", "Fhir", "FhirFacade", "Integrity", "Ledger", "Messaging", "Storage"],
    };

    /// <summary>Assemblies of one room that vendors get without the rest of it (decision 0117); the room's tests are theirs.</summary>
    public static IReadOnlyDictionary<string, string> PartOf { get; } = new Dictionary<string, string>
    {
        ["Adapters.Abstractions"] = "Adapters",
        ["Adapters.Testing"] = "Adapters",
    };

    public static TheoryData<string> Names { get; } = [.. MayUse.Keys];

    public static string AssemblyOf(string room) => room == "Cli" ? "consortium" : $"Consortium.{room}";

    public static XDocument Project(string room) => XDocument.Load(Repository.Path($"src/{room}/{room}.csproj"));
}
