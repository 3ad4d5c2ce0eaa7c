using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Clinical statements (CDA R2 4.3.6) and what hangs on them.</summary>
internal static class Statements
{
    /// <summary>The statement of an entry, entryRelationship or component; null where it has none.</summary>
    public static CdaNode? Of(CdaNode holder)
    {
        for (CdaNode? child = holder.First; child is not null; child = child.Next)
        {
            if (child.Name is "act" or "observation" or "substanceAdministration" or "supply" or "procedure" or "encounter" or "organizer" or "observationMedia" or "regionOfInterest") return child;
        }

        return null;
    }

    /// <summary>The statements within a statement, with what relates them.</summary>
    public static IEnumerable<(CdaNode Relation, CdaNode Statement)> Inner(CdaNode statement)
    {
        for (CdaNode? child = statement.First; child is not null; child = child.Next)
        {
            if (child.Name is "entryRelationship" or "component" && Of(child) is { } inner) yield return (child, inner);
        }
    }

    /// <summary>The statements within that have this template; they count as used.</summary>
    public static IEnumerable<CdaNode> Inner(CdaNode statement, string template)
    {
        foreach ((_, CdaNode inner) in Inner(statement))
        {
            if (!inner.HasTemplate(template)) continue;
            inner.Used = true;
            yield return inner;
        }
    }

    /// <summary>The first statement within of this template.</summary>
    public static CdaNode? First(CdaNode statement, string template) => Inner(statement, template).FirstOrDefault();

    /// <summary>The first observation within that has this code (LOINC or another); it counts as used.</summary>
    public static CdaNode? Coded(CdaNode statement, string code)
    {
        foreach ((_, CdaNode inner) in Inner(statement))
        {
            if (inner.Child("code")?["code"] != code) continue;
            inner.Used = true;
            return inner;
        }

        return null;
    }

    /// <summary>Status by a code map; where the status is missing or unknown, what the caller says.</summary>
    public static string Status(CdaNode statement, string map, string otherwise, CdaConversion conversion)
    {
        CdaNode? status = statement.Child("statusCode");
        if (status?["code"] is not { } code) return otherwise;
        if (CdaTables.Map(map, code) is { } mapped) return mapped;
        conversion.Warn("code-invalid", status, $"the status is none of HL7's ActStatus; '{otherwise}' stands for it.");
        return otherwise;
    }

    /// <summary>Sets <c>note</c>: comment activities, and the statement's own words where asked.</summary>
    public static DraftObject Notes(this DraftObject resource, CdaNode statement, CdaConversion conversion, string? more = null)
    {
        if (more is not null) resource.Append("note", Element.Annotation(more));
        foreach ((_, CdaNode inner) in Inner(statement))
        {
            if (inner.Used) continue;
            if (statement.Name != "observation" && inner.Name == "observation" && inner.Child("code")?["codeSystem"] == Sharing.DataElements.System)
            {
                // What a Chinese document says more of a drug or operation, each in a data element.
                inner.Used = true;
                resource.Append("note", Element.Annotation(Sections.GeneratedText.Line(inner, conversion)));
                continue;
            }

            // Comment Activity of C-CDA, and whatever else is coded as an annotation comment.
            if (!inner.HasTemplate("2.16.840.1.113883.10.20.22.4.64") && inner.Child("code")?["code"] != "48767-8") continue;
            inner.Used = true;
            resource.Append("note", Element.Annotation(conversion.Narrative.TextOf(inner.Child("text")) ?? inner.Child("value")?.Text, Times.Point(inner.Down("author", "time"), conversion)));
        }

        return resource;
    }

    /// <summary>The words of a statement's own <c>text</c>.</summary>
    public static string? Words(CdaNode statement, CdaConversion conversion) => conversion.Narrative.TextOf(statement.Child("text"));

    /// <summary>Its identifiers, subject and encounter, as most clinical resources have them.</summary>
    public static DraftObject Start(string type, CdaNode statement, CdaConversion conversion, string subject = "subject")
    {
        DraftObject resource = JsonBuilding.Resource(type, conversion.IdFor(type, statement)).SetAll("identifier", Identifiers.All(statement, conversion));
        resource[subject] = conversion.Subject;
        return resource;
    }

    /// <summary>The reasons of a statement: Indication observations, as concepts.</summary>
    public static DraftObject Reasons(this DraftObject resource, CdaNode statement, CdaConversion conversion, string element = "reasonCode")
    {
        foreach ((CdaNode relation, CdaNode inner) in Inner(statement))
        {
            if (!inner.HasTemplate("2.16.840.1.113883.10.20.22.4.19") && !(relation["typeCode"] == "RSON" && inner.Name == "observation" && !inner.HasTemplate("2.16.840.1.113883.10.20.22.4.53"))) continue;
            if (inner.Is("negationInd")) continue;
            if ((Codes.Concept(inner.Child("value"), conversion) ?? Codes.Concept(inner.Child("code"), conversion)) is not { } reason) continue;
            inner.Used = true;
            resource.Append(element, reason);
        }

        return resource;
    }
}
