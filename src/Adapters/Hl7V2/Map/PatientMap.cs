using System.Globalization;
using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>PID and PD1 to Patient (HL7 v2-to-FHIR PID[Patient], PD1[Patient]).</summary>
internal static class PatientMap
{
    private const string Extensions = "http://hl7.org/fhir/StructureDefinition/";

    /// <summary>Types of table 0203 that number a person in this hospital, the best one first; then any other, national numbers last.</summary>
    internal static readonly string[] OwnTypes = ["MR", "PI", "MRN", "PT"];
    internal static readonly string[] NationalTypes = ["NI", "NNCHN", "SS", "SB", "PPN", "DL", "HC", "MI", "PRC"];

    /// <summary>The Patient of a PID, or null where nothing identifies it (an error is noted).</summary>
    /// <param name="pid">The segment.</param>
    /// <param name="additional">PD1, null where absent.</param>
    /// <param name="conversion">The message.</param>
    /// <param name="contacts">What <see cref="NextOfKinMap"/> made of NK1.</param>
    /// <param name="apply">Update for ADT, which speaks with authority on the person; else create where missing.</param>
    public static ResourceDraft? Map(
        Er7Segment pid, Er7Segment? additional, MessageConversion conversion, IReadOnlyList<JsonObject> contacts, ApplyMode apply)
    {
        List<IdentifierValue> identifiers = ReadIdentifiers(pid, conversion);
        if (Strongest(identifiers) is not { } identity)
        {
            conversion.Error("required", pid[3][1], "the patient has no identifier. Send the record number in PID-3.");
            return null;
        }

        JsonObject patient = JsonBuilding.Resource("Patient", PatientIdentity.LogicalId(conversion.Context, identity.System, identity.Value));
        List<JsonNode?> extensions = ReadExtensions(pid, additional, conversion);
        patient.SetAll("extension", extensions);
        patient.SetAll("identifier", identifiers.Select(identifier => (JsonNode?)identifier.Json));
        patient.SetAll("name", pid[5].Repetitions().Concat(pid[9].Repetitions()).Select(name => (JsonNode?)Names.FromXpn(name, conversion)));
        patient.SetAll("telecom", ReadTelecoms(pid, conversion));
        patient.Set("gender", Codes.Required(pid[8], conversion, CodeTables.AdministrativeSex, "HL7 table 0001 (administrative sex)"));
        SetBirth(patient, pid[7], conversion);
        SetDeath(patient, pid, conversion);
        patient.SetAll("address", ReadAddresses(pid, conversion));
        patient.Set("maritalStatus", Codes.CodeableConcept(pid[16], conversion, CodeTables.MaritalStatus));
        SetMultipleBirth(patient, pid, conversion);
        patient.SetAll("contact", contacts);
        if (Codes.CodeableConcept(pid[15], conversion) is { } language) patient.Append("communication", new JsonObject().Set("language", language));
        if (additional is not null)
        {
            patient.SetAll("generalPractitioner", additional[3].Repetitions().Select(facility => (JsonNode?)People.Organization(facility, conversion)));
            patient.SetAll("generalPractitioner", additional[4].Repetitions().Select(doctor => (JsonNode?)People.Practitioner(doctor, conversion)));
        }

        // Sequence number, and when and where the sender last touched the record: nothing of the person.
        pid.MarkRead(1, 33);
        return conversion.Add(patient, apply);
    }

    private static List<IdentifierValue> ReadIdentifiers(Er7Segment pid, MessageConversion conversion)
    {
        var identifiers = new List<IdentifierValue>();
        foreach (int field in (ReadOnlySpan<int>)[3, 2, 4])
        {
            foreach (Er7Value repetition in pid[field].Repetitions())
            {
                if (Identifiers.FromCx(repetition, conversion, Identifiers.PatientKind) is { } identifier) AddOnce(identifiers, identifier);
            }
        }

        // PID-19 is the social security number: in China the resident identity number serves as it.
        if (pid[19].Text is { } social)
        {
            bool chinese = ResidentIdentityNumber.IsValid(social);
            string system = chinese ? Site.IdentifierSystems.ChineseResidentId : Site.IdentifierSystems.OfSource(conversion.Source, "patient:SS");
            AddOnce(identifiers, new IdentifierValue(system, social, "SS", Element.Identifier(system, social, Identifiers.Type(chinese ? "NI" : "SS"))!));
        }

        foreach (Er7Value license in pid[20].Repetitions())
        {
            if (license[1].Text is not { } number) continue;
            string system = Site.IdentifierSystems.OfSource(conversion.Source, "patient:DL" + (license[2].Text is { } state ? $":{Uri.EscapeDataString(state)}" : ""));
            AddOnce(identifiers, new IdentifierValue(system, number, "DL", Element.Identifier(
                system, number, Identifiers.Type("DL"), period: Element.Period(null, Times.Date(license[3], conversion)))!));
        }

        return identifiers;
    }

    private static void AddOnce(List<IdentifierValue> identifiers, IdentifierValue identifier)
    {
        if (!identifiers.Exists(other => other.System == identifier.System && other.Value == identifier.Value)) identifiers.Add(identifier);
    }

    private static IdentifierValue? Strongest(List<IdentifierValue> identifiers)
    {
        foreach (string type in OwnTypes)
        {
            if (identifiers.Find(identifier => identifier.TypeCode == type) is { } own) return own;
        }

        return identifiers.Find(identifier => identifier.TypeCode is null || !NationalTypes.Contains(identifier.TypeCode)) ?? identifiers.FirstOrDefault();
    }

    private static List<JsonNode?> ReadExtensions(Er7Segment pid, Er7Segment? additional, MessageConversion conversion)
    {
        var extensions = new List<JsonNode?>();
        void Add(string url, string name, JsonNode? value)
        {
            if (value is not null) extensions.Add(new JsonObject { ["url"] = Extensions + url, [name] = value });
        }

        foreach (Er7Value name in pid[6].Repetitions()) Add("patient-mothersMaidenName", "valueString", Names.Display(Names.FromXpn(name, conversion)));
        Add("patient-religion", "valueCodeableConcept", Codes.CodeableConcept(pid[17], conversion));
        if (pid[23].WholeText is { } birthPlace) Add("patient-birthPlace", "valueAddress", new JsonObject { ["text"] = birthPlace.Trim() });
        foreach (Er7Value citizenship in pid[26].Repetitions()) AddCoded("patient-citizenship", citizenship);
        AddCoded("patient-nationality", pid[28]);
        if (additional is not null)
        {
            Add("patient-disability", "valueCodeableConcept", Codes.CodeableConcept(additional[6], conversion));
            if (additional[14][1].Text is { } worship) Add("patient-congregation", "valueString", worship);
        }

        return extensions;

        void AddCoded(string url, Er7Value value)
        {
            if (Codes.CodeableConcept(value, conversion) is not { } concept) return;
            extensions.Add(new JsonObject
            {
                ["extension"] = new JsonArray(new JsonObject { ["url"] = "code", ["valueCodeableConcept"] = concept }),
                ["url"] = Extensions + url,
            });
        }
    }

    private static IEnumerable<JsonNode?> ReadTelecoms(Er7Segment pid, MessageConversion conversion)
    {
        foreach (Er7Value home in pid[13].Repetitions()) yield return Contacts.Telecom(home, conversion, "home");
        foreach (Er7Value work in pid[14].Repetitions()) yield return Contacts.Telecom(work, conversion, "work");
        foreach (Er7Value other in pid[40].Repetitions()) yield return Contacts.Telecom(other, conversion);
    }

    private static List<JsonNode?> ReadAddresses(Er7Segment pid, MessageConversion conversion)
    {
        List<JsonNode?> addresses = [.. pid[11].Repetitions().Select(address => (JsonNode?)Contacts.Address(address, conversion)).Where(address => address is not null)];
        if (pid[12].Text is { } county)
        {
            // PID-12 is the county of the only address that has none; else it stands for itself (PID[Patient], PID-12).
            if (addresses is [JsonObject only] && !only.ContainsKey("district")) only["district"] = county;
            else if (!addresses.Exists(address => (string?)address!["district"] == county)) addresses.Add(new JsonObject { ["district"] = county });
        }

        return addresses;
    }

    private static void SetBirth(JsonObject patient, Er7Value birth, MessageConversion conversion)
    {
        if (Times.Date(birth, conversion) is not { } date) return;
        patient["birthDate"] = date;
        if (birth.Text!.Length <= 8) return;
        if (Times.DateTime(birth, conversion) is not { Length: > 10 } time) return;
        patient["_birthDate"] = new JsonObject
        {
            ["extension"] = new JsonArray(new JsonObject { ["url"] = Extensions + "patient-birthTime", ["valueDateTime"] = time }),
        };
    }

    private static void SetDeath(JsonObject patient, Er7Segment pid, MessageConversion conversion)
    {
        string? died = Times.DateTime(pid[29], conversion);
        bool? dead = Flags.YesNo(pid[30], conversion);
        if (died is not null) patient["deceasedDateTime"] = died;
        else patient.Set("deceasedBoolean", dead);
        if (died is not null && dead == false) conversion.Error("business-rule", pid[30], "PID-29 gives a time of death and PID-30 says that the patient is not dead.");
    }

    private static void SetMultipleBirth(JsonObject patient, Er7Segment pid, MessageConversion conversion)
    {
        bool? multiple = Flags.YesNo(pid[24], conversion);
        if (pid[25].Text is not { } order)
        {
            patient.Set("multipleBirthBoolean", multiple);
        }
        else if (int.TryParse(order, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
        {
            patient["multipleBirthInteger"] = number;
        }
        else
        {
            conversion.Warn("value", pid[25], "the birth order is no number; it is not mapped.");
        }
    }
}
