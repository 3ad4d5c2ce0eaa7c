using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Cda.Header;

/// <summary>recordTarget to Patient. A document without one person whose identifier is known is refused: facts about nobody, or about either of two, harm.</summary>
internal static class PatientHeader
{
    /// <summary>Reads the patient and makes it the subject of the conversion; an error where there is none to be sure of.</summary>
    public static void Read(CdaConversion conversion)
    {
        CdaNode document = conversion.Document;
        List<CdaNode> targets = [.. document.Children("recordTarget")];
        if (targets.Count != 1)
        {
            conversion.Error("required", document, targets.Count == 0
                ? "the document has no recordTarget: whose it is cannot be known. Have the sender name the patient."
                : "the document has several recordTargets: about which patient an entry speaks cannot be known. Have the sender make a document for each.");
            return;
        }

        if (targets[0].Child("patientRole") is not { } role)
        {
            conversion.Error("required", targets[0], "the recordTarget has no patientRole. Have the sender name the patient.");
            return;
        }

        CdaNode? person = role.Child("patient");
        List<(string System, string Value, string? Type, CdaNode At)> keys = [];
        foreach (CdaNode id in role.Children("id").Concat(person?.Children("id") ?? []))
        {
            // A root alone identifies an assigning authority, or by a UUID the one thing itself.
            if (Identifiers.Key(id, conversion) is not { } key || id["extension"] is null && !Guid.TryParse(id["root"], out _)) continue;
            if (key.System == IdentifierSystems.ChineseResidentId && ResidentIdentityCard.Parse(key.Value, out IdentityCardFault fault) is null)
            {
                conversion.Error("value", id, $"{ResidentIdentityCard.Explain(fault)} Whose document it is must not be guessed.");
                return;
            }

            keys.Add((key.System, key.Value, key.Type, id));
        }

        if (keys.Count == 0)
        {
            conversion.Error("required", role, "the patient has no identifier that names them. Have the sender give patientRole/id with root and extension.");
            return;
        }

        (string system, string value, _, _) = keys.OrderBy(key => Rank(key.System, key.Type)).First();
        string patientId = PatientIdentity.LogicalId(conversion.Context, system, value);
        conversion.Subject = Element.Reference("Patient", patientId);
        DraftObject patient = JsonBuilding.Resource("Patient", patientId)
            .SetAll("identifier", keys.Select(key => Identifiers.Of(key.At, conversion)))
            .SetAll("name", Names.Humans(person, conversion))
            .SetAll("telecom", Names.Telecoms(role, conversion))
            .SetAll("address", Names.Addresses(role, conversion));
        if (person is not null) AddPerson(patient, person, conversion);
        patient.Set("managingOrganization", People.Organization(role.Child("providerOrganization"), conversion));
        conversion.Add(patient, ApplyMode.CreateIfAbsent);
    }

    // The hospital's own number first: numbers of the state are not in every record, and numbers of a visit change.
    private static int Rank(string system, string? type) => type switch
    {
        "SS" or "NNCHN" => 2,
        "MC" or "HC" => 1,
        _ => system.Contains(":outpatient", StringComparison.Ordinal) || system.Contains(":admission", StringComparison.Ordinal) ? 3 : 0,
    };

    private static void AddPerson(DraftObject patient, CdaNode person, CdaConversion conversion)
    {
        CdaNode? gender = person.Child("administrativeGenderCode");
        string map = gender?["codeSystem"]?.StartsWith("2.16.156.10011", StringComparison.Ordinal) == true ? "gender-cn" : "gender";
        string? sex = CdaTables.Map(map, gender?["code"]);
        if (gender?["code"] is not null && sex is null) conversion.Warn("code-invalid", gender, "the code is no sex that is known here (HL7 AdministrativeGender, GB/T 2261.1); it is left out.");
        patient.Set("gender", sex);
        CdaNode? birth = person.Child("birthTime");
        patient.Set("birthDate", Times.Date(birth, conversion));
        if (birth?["value"]?.Length >= 12 && Times.DateTime(birth, conversion) is { Length: > 10 } born)
        {
            patient["_birthDate"] = new DraftObject().Append("extension", new DraftObject().Set("url", "http://hl7.org/fhir/StructureDefinition/patient-birthTime").Set("valueDateTime", born));
        }

        if (Times.DateTime(person.Child("sdtc:deceasedTime"), conversion) is { } died) patient.Set("deceasedDateTime", died);
        else if (person.Child("sdtc:deceasedInd")?["value"] is { } deceased) patient.Set("deceasedBoolean", deceased is "true" or "1");
        patient.Set("maritalStatus", Codes.Concept(person.Child("maritalStatusCode"), conversion));
        AddExtensions(patient, person, conversion);
        patient.SetAll("contact", person.Children("guardian").Select(guardian => Contact(guardian, conversion)));
        foreach (CdaNode language in person.Children("languageCommunication"))
        {
            if (KnownCodes.Language(language.Child("languageCode")?["code"]) is not { } code) continue;
            patient.Append("communication", new DraftObject()
                .Set("language", Element.CodeableConcept("urn:ietf:bcp:47", code, null, null))
                .Set("preferred", language.Child("preferenceInd")?["value"] is { } preferred ? preferred is "true" or "1" : null));
        }
    }

    private static void AddExtensions(DraftObject patient, CdaNode person, CdaConversion conversion)
    {
        if (Names.Address(person.Down("birthplace", "place", "addr"), conversion) is { } place)
        {
            patient.Append("extension", new DraftObject().Set("url", "http://hl7.org/fhir/StructureDefinition/patient-birthPlace").Set("valueAddress", place));
        }

        if (Codes.Concept(person.Child("religiousAffiliationCode"), conversion) is { } religion)
        {
            patient.Append("extension", new DraftObject().Set("url", "http://hl7.org/fhir/StructureDefinition/patient-religion").Set("valueCodeableConcept", religion));
        }

        OmbCategories(patient, "race", person, ["raceCode", "sdtc:raceCode"], conversion);
        OmbCategories(patient, "ethnicity", person, ["ethnicGroupCode", "sdtc:ethnicGroupCode"], conversion);
    }

    // US Core's race and ethnicity (http://hl7.org/fhir/us/core); Chinese documents give the nationality of GB/T 3304 in the same element.
    private static void OmbCategories(DraftObject patient, string which, CdaNode person, string[] elements, CdaConversion conversion)
    {
        List<CdaNode> codes = [.. elements.SelectMany(person.Children).Where(code => code["code"] is not null)];
        if (codes.Count == 0) return;
        if (codes.Exists(code => code["codeSystem"] != "2.16.840.1.113883.6.238"))
        {
            if (codes[0]["codeSystem"]?.StartsWith("2.16.156.10011", StringComparison.Ordinal) == true)
            {
                patient.Append("extension", new DraftObject().Set("url", "urn:consortium:extension:nationality").Set("valueCodeableConcept", Codes.Concept(codes[0], conversion)));
            }
            else
            {
                conversion.Inform("not-supported", codes[0], $"the {which} is not of the CDC's code system; it is not mapped.");
            }

            return;
        }

        var extension = new DraftObject();
        int categories = 0;
        foreach (CdaNode code in codes)
        {
            bool category = OmbCodes(which).Contains(code["code"]) && categories < (which == "race" ? 5 : 1);
            if (category) categories++;
            extension.Append("extension", new DraftObject().Set("url", category ? "ombCategory" : "detailed").Set("valueCoding", Codes.Coding(code, conversion)));
        }

        extension.Append("extension", new DraftObject().Set("url", "text").Set("valueString", string.Join(", ", codes.Select(code => code["displayName"] ?? code["code"]))));
        patient.Append("extension", extension.Set("url", $"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{which}"));
    }

    private static string[] OmbCodes(string which) =>
        which == "race" ? ["1002-5", "2028-9", "2054-5", "2076-8", "2106-3"] : ["2135-2", "2186-5"];

    // pat-1: a contact needs a name, a telecom, an address or an organization.
    private static DraftObject? Contact(CdaNode guardian, CdaConversion conversion)
    {
        DraftObject contact = new DraftObject().Append("relationship", Codes.Concept(guardian.Child("code"), conversion))
            .Set("name", Names.Human(guardian.Down("guardianPerson", "name"), conversion))
            .SetAll("telecom", Names.Telecoms(guardian, conversion))
            .Set("address", Names.Address(guardian.Child("addr"), conversion))
            .Set("organization", People.Organization(guardian.Child("guardianOrganization"), conversion));
        return contact.Any(property => property.Key != "relationship") ? contact : null;
    }
}
