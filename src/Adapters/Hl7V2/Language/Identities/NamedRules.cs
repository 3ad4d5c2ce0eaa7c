using System.Globalization;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Language.Identities;

/// <summary>The rules that a map names by a word. An id that was ever given stays: a changed rule makes a second resource of each one that is stored.</summary>
internal static class NamedRules
{
    /// <summary>Name of the rule for resources that every message makes anew.</summary>
    public const string None = "none";

    /// <summary>Name that the rules look for where an id depends on the patient.</summary>
    private const string Patient = "patient";

    // Segments are looked for by the very names that the reader of messages gives them (ISegmentFinder).
    private static readonly string Pid = string.Intern("PID");
    private static readonly string Pv1 = string.Intern("PV1");
    private static readonly string Obr = string.Intern("OBR");
    private static readonly string Orc = string.Intern("ORC");
    private static readonly string Obx = string.Intern("OBX");
    private const string Encounter = "encounter";

    /// <summary>Types of table 0203 that number a person in this hospital, the best one first; then any other, national numbers last.</summary>
    private static readonly string[] OwnTypes = ["MR", "PI", "MRN", "PT"];
    private static readonly string[] NationalTypes = ["NI", "NNCHN", "SS", "SB", "PPN", "DL", "HC", "MI", "PRC"];

    private static readonly Dictionary<string, IdentityRule> Rules = new(StringComparer.Ordinal)
    {
        ["patient"] = new Rule(PatientId),
        ["merged-patient"] = new Rule(MergedPatientId),
        ["visit"] = new Rule(VisitId),
        ["merged-visit"] = new Rule(MergedVisitId),
        ["placer-order"] = new Rule(static request => Ordered(request, 2, "placer-order")),
        ["filler-order"] = new Rule(static request => Ordered(request, 3, "filler-order")),
        ["order"] = new Rule(static request => OrderKey(request) is { } key ? request.Run.Conversion.Id(request.ResourceType, request.Run.Conversion.Source, key) : null),
        ["report"] = new Rule(static request => OrderKey(request) is { } key ? request.Run.Conversion.Id(request.ResourceType, request.Run.Conversion.Source, key) : null),
        ["observation"] = new Rule(ObservationId),
        [None] = new Rule(static _ => null),
    };

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Rules.Keys;

    /// <summary>The rule of a name; null where there is none.</summary>
    public static IdentityRule? Find(string name) => Rules.GetValueOrDefault(name);

    private static string? PatientId(IdentityRequest request)
    {
        if ((request.Segment.Name == "PID" ? request.Segment : request.Scope.Surroundings.Find(Pid)) is not { } pid) return null;
        var numbers = new List<Number>();
        foreach (int field in (ReadOnlySpan<int>)[3, 2, 4])
        {
            if (!pid[field].HasData) continue;
            foreach (Er7Value repetition in pid[field].Repetitions())
            {
                if (Numbers.FromCx(repetition, request.Run, Identifiers.PatientKind) is { } number) numbers.Add(number);
            }
        }

        if (pid[19].PeekText is { } social)
        {
            numbers.Add(new Number(ResidentIdentityNumber.IsValid(social) ? IdentifierSystems.ChineseResidentId : request.Run.Conversion.SystemOf("patient:SS"), social, "SS"));
        }

        if (pid[20][1].PeekText is { } license)
        {
            string state = pid[20][2].PeekText is { } issuer ? $":{Uri.EscapeDataString(issuer)}" : "";
            numbers.Add(new Number(request.Run.Conversion.SystemOf("patient:DL" + state), license, "DL"));
        }

        if (Strongest(numbers) is { } best) return PatientIdentity.LogicalId(request.Run.Conversion.Context, best.System, best.Value);

        // What is said of a patient whom nobody could find again would be lost.
        request.Run.Conversion.Error("required", pid[3][1], "the patient has no identifier. Send the record number in PID-3.");
        return null;
    }

    // The same id that a PID with these numbers gives: MRG-1, then MRG-4 and MRG-2, which stand for PID-3, PID-2 and PID-4 (HL7 v2.5.1 ch. 3.4.9).
    private static string? MergedPatientId(IdentityRequest request)
    {
        var numbers = new List<Number>();
        foreach (int field in (ReadOnlySpan<int>)[1, 4, 2])
        {
            if (!request.Segment[field].HasData) continue;
            foreach (Er7Value repetition in request.Segment[field].Repetitions())
            {
                if (Numbers.FromCx(repetition, request.Run, Identifiers.PatientKind) is { } number) numbers.Add(number);
            }
        }

        if (Strongest(numbers) is { } best) return PatientIdentity.LogicalId(request.Run.Conversion.Context, best.System, best.Value);
        request.Run.Conversion.Error("required", request.Segment[1][1], "the patient who is merged has no identifier. Send the prior record number in MRG-1.");
        return null;
    }

    private static string? MergedVisitId(IdentityRequest request) =>
        Numbers.FromCx(request.Segment[5], request.Run, "visit", "VN") is { } number ? request.Run.Conversion.Id(request.ResourceType, number.System, number.Value) : null;

    private static Number? Strongest(List<Number> numbers)
    {
        foreach (string type in OwnTypes)
        {
            if (numbers.Find(number => number.Type == type) is { } own) return own;
        }

        return numbers.Find(number => number.Type is null || !NationalTypes.Contains(number.Type)) ?? numbers.FirstOrDefault();
    }

    private static string? VisitId(IdentityRequest request)
    {
        MessageConversion conversion = request.Run.Conversion;
        if ((request.Segment.Name == "PV1" ? request.Segment : request.Scope.Surroundings.Find(Pv1)) is not { } visit) return null;
        if (Numbers.FromCx(visit[19], request.Run, "visit", "VN") is { } number) return conversion.Id(request.ResourceType, number.System, number.Value);
        if (request.Names?.IdOf(Patient) is not { } patient || !visit[44].HasData || Times.DateTime(visit[44], conversion) is not { } start) return null;
        return conversion.Id(request.ResourceType, conversion.SystemOf("visit"), $"{patient}|{start}");
    }

    private static string? Ordered(IdentityRequest request, int field, string kind)
    {
        Number? number = OrderNumber(request, field, kind);
        return number is null ? null : request.Run.Conversion.Id(request.ResourceType, number.System, number.Value);
    }

    private static Number? OrderNumber(IdentityRequest request, int field, string kind)
    {
        foreach (string name in (ReadOnlySpan<string>)[Obr, Orc])
        {
            Er7Segment? segment = request.Segment.Name == name ? request.Segment : request.Scope.Surroundings.Find(name);
            if (segment is not null && Numbers.FromEi(segment[field], request.Run, kind) is { } number) return number;
        }

        return null;
    }

    // One order number may have several services, each with a report of its own.
    private static string? OrderKey(IdentityRequest request)
    {
        Er7Segment? asked = request.Segment.Name == "OBR" ? request.Segment : request.Scope.Surroundings.Find(Obr);
        string service = asked is null ? "|" : $"{asked[4][3].PeekText}|{asked[4][1].PeekText ?? asked[4][2].PeekText}";
        if ((OrderNumber(request, 3, "filler-order") ?? OrderNumber(request, 2, "placer-order")) is { } number) return $"{number.System}|{number.Value}|{service}";
        return asked?[7].PeekText is { } time && request.Names?.IdOf(Patient) is { } patient ? $"{patient}|{service}|{time}" : null;
    }

    private static string? ObservationId(IdentityRequest request)
    {
        MessageConversion conversion = request.Run.Conversion;
        if ((request.Segment.Name == "OBX" ? request.Segment : request.Scope.Surroundings.Find(Obx)) is not { } observation || request.Names is not { } names) return null;
        string key;
        if (Numbers.FromEi(observation[21], request.Run, "observation") is { } instance)
        {
            key = $"{instance.System}|{instance.Value}";
        }
        else
        {
            string? context = OrderKey(request) ?? (names.IdOf(Patient), names.IdOf(Encounter)) switch
            {
                ({ } patient, { } encounter) => $"{patient}|{encounter}",
                ({ } patient, null) => patient,
                _ => null,
            };
            if (context is null) return null;
            Er7Value code = observation[3];
            key = string.Join('|', context, code[3].PeekText, code[1].PeekText ?? code[2].PeekText ?? code[9].PeekText, observation[4].PeekText);

            // The same code twice in one order, with no sub-id to tell them apart: told apart by position.
            int count = names.Count(key);
            if (count > 1) key = string.Create(CultureInfo.InvariantCulture, $"{key}|{count}");
        }

        return conversion.Id(request.ResourceType, conversion.Source, key);
    }

    private sealed class Rule(Func<IdentityRequest, string?> find) : IdentityRule
    {
        public override string? Find(IdentityRequest request) => find(request);
    }
}
