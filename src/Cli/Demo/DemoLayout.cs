using System.Globalization;

namespace Consortium.Cli.Demo;

/// <summary>Where the demo's parts are: ports counted from one base, files in one folder.</summary>
internal sealed record DemoLayout(string State, int PortBase)
{
    public const int DefaultPortBase = 5080;

    public static string DefaultState { get; } = Path.Combine(".consortium", "demo");

    /// <summary>The site folder of both hospitals; null for built-in mappings alone.</summary>
    public string? Site { get; init; }

    public Uri Page => Http(0);

    public Uri HospitalA => Http(1);

    public Uri HospitalB => Http(2);

    /// <summary>MLLP listens at HL7's usual 2575 for the first hospital, 2576 for the second, shifted with the base.</summary>
    public int MllpA => 2575 + PortBase - DefaultPortBase;

    public int MllpB => MllpA + 1;

    /// <summary>The development chain, at anvil's usual 8545, shifted with the base.</summary>
    public int Chain => 8545 + PortBase - DefaultPortBase;

    public string ChainState => Path.Combine(State, "chain.json");

    public string Deployment => Path.Combine(State, "deployment.json");

    public string KeyPasswordFile => Path.Combine(State, "keys", "password");

    public string KeyFile(DemoMember member) => Path.Combine(State, "keys", member.Name + ".json");

    public IEnumerable<int> Ports => [Page.Port, HospitalA.Port, HospitalB.Port, MllpA, MllpB, Chain];

    private Uri Http(int offset) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PortBase + offset}/"));
}

/// <summary>One party of the demo. Its chain key is one of the development chain's, which everybody knows.</summary>
internal sealed record DemoMember(string Name, int Account)
{
    /// <summary>Password of the demo's key files; it protects nothing, since the keys are public.</summary>
    public const string Password = "demo";

    public static DemoMember HospitalA { get; } = new("hospital-a", 0);

    public static DemoMember HospitalB { get; } = new("hospital-b", 1);

    public static DemoMember Telemedicine { get; } = new("telemedicine", 2);

    public static DemoMember Regulator { get; } = new("regulator", 3);

    public static DemoMember Resident { get; } = new("resident", 4);

    public static IReadOnlyList<DemoMember> All { get; } = [HospitalA, HospitalB, Telemedicine, Regulator, Resident];
}
