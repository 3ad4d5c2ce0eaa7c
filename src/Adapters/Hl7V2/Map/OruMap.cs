using System.Text.Json.Nodes;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Map;

/// <summary>
/// ORU^R01: patients, their orders, the observations and specimens of each order (HL7 v2-to-FHIR ORU_R01). Reads the segments in sequence,
/// since it is the order of segments that says what belongs to what.
/// </summary>
internal sealed class OruMap
{
    private readonly MessageConversion _conversion;
    private readonly IReadOnlyList<Er7Segment> _segments;
    private int _at = 1;

    private OruMap(MessageConversion conversion)
    {
        _conversion = conversion;
        _segments = conversion.Message.Segments;
    }

    /// <summary>Maps the message.</summary>
    public static void Map(MessageConversion conversion)
    {
        var map = new OruMap(conversion);
        bool any = false;
        while (map._at < map._segments.Count)
        {
            if (map._segments[map._at].Name == "PID")
            {
                any = true;
                map.PatientResult();
            }
            else if (map._segments[map._at].Name is "OBR" or "OBX")
            {
                conversion.Error("structure", map._segments[map._at], "a result before any PID: whose it is must not be guessed.");
                return;
            }
            else
            {
                map._at++;
            }
        }

        if (!any) conversion.Error("required", conversion.Message.Header, "the message has no PID segment.");
    }

    private void PatientResult()
    {
        Er7Segment pid = _segments[_at++];
        Er7Segment? additional = null;
        Er7Segment? visit = null;
        Er7Segment? visitMore = null;
        var relatives = new List<Er7Segment>();
        for (; _at < _segments.Count && _segments[_at].Name is not ("PID" or "ORC" or "OBR" or "OBX"); _at++)
        {
            switch (_segments[_at].Name)
            {
                case "PD1":
                    additional = _segments[_at];
                    break;
                case "PV1":
                    visit = _segments[_at];
                    break;
                case "PV2":
                    visitMore = _segments[_at];
                    break;
                case "NK1":
                    relatives.Add(_segments[_at]);
                    break;
            }
        }

        JsonObject[] contacts = [.. relatives.Select(kin => NextOfKinMap.Contact(kin, _conversion)).OfType<JsonObject>()];
        if (PatientMap.Map(pid, additional, _conversion, contacts, ApplyMode.CreateIfAbsent) is not { } patient)
        {
            while (_at < _segments.Count && _segments[_at].Name != "PID") _at++;
            return;
        }

        foreach (Er7Segment kin in relatives) NextOfKinMap.Map(kin, patient, _conversion);
        ResourceDraft? encounter = visit is null ? null : EncounterMap.Map(visit, visitMore, patient, _conversion, eventStatus: null, mentioned: true);
        while (_at < _segments.Count && _segments[_at].Name != "PID") Order(patient, encounter);
    }

    private void Order(ResourceDraft patient, ResourceDraft? encounter)
    {
        Er7Segment? order = null;
        if (_segments[_at].Name == "ORC") order = _segments[_at++];
        while (_at < _segments.Count && _segments[_at].Name is not ("OBR" or "ORC" or "OBX" or "PID")) _at++;
        if (_at >= _segments.Count || _segments[_at].Name is "ORC" or "PID") return;
        if (_segments[_at].Name == "OBX")
        {
            _conversion.Error("structure", _segments[_at], "an observation without its OBR: what was asked for must not be guessed.");
            _at++;
            return;
        }

        Er7Segment request = _segments[_at++];
        OrderIdentity identity = OrderIdentity.Read(request, order, patient, _conversion);
        ResourceDraft requestDraft = OrderMap.Request(request, order, identity, patient, encounter, Notes(), _conversion);
        ResourceDraft report = OrderMap.Report(request, identity, patient, encounter, requestDraft, _conversion);
        JsonObject? category = CodeTables.SectionCategory[request[24].PeekText] is { } row ? Element.CodeableConcept(null, row.ToCoding()) : null;
        var context = new ObservationContext(patient, encounter, identity.Key, category, Times.DateTime(request[7], _conversion), requestDraft);
        Results(report, context);
    }

    private void Results(ResourceDraft report, ObservationContext context)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var observations = new List<ResourceDraft>();
        ResourceDraft? specimen = null;
        bool severalSpecimens = false;
        while (_at < _segments.Count && _segments[_at].Name is not ("PID" or "ORC" or "OBR"))
        {
            Er7Segment segment = _segments[_at++];
            if (segment.Name == "OBX")
            {
                if (ObservationMap.Map(segment, Notes(), context, seen, _conversion) is not { } result) continue;
                if (result.ResourceType == "Observation")
                {
                    report.Json.Append("result", Element.Reference(result));
                    observations.Add(result);
                }
                else
                {
                    foreach (JsonNode? content in result.Json["content"]!.AsArray()) report.Json.Append("presentedForm", content!["attachment"]);
                }
            }
            else if (segment.Name == "SPM")
            {
                ResourceDraft next = SpecimenMap.Map(segment, context.Key, context.Patient, context.Order!, _conversion);
                severalSpecimens |= specimen is not null;
                specimen = next;
                report.Json.Append("specimen", Element.Reference(next));
            }
        }

        // Observation.specimen only where there is no doubt: one specimen in the order.
        if (specimen is null || severalSpecimens) return;
        foreach (ResourceDraft observation in observations) observation.Json.Set("specimen", Element.Reference(specimen));
    }

    private List<Er7Segment> Notes()
    {
        var notes = new List<Er7Segment>();
        while (_at < _segments.Count && _segments[_at].Name == "NTE") notes.Add(_segments[_at++]);
        return notes;
    }
}
