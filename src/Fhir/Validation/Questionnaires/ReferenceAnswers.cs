using System.Text;
using Consortium.Fhir.Definitions;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>What a Reference in a response may refer to: types of an answer (questionnaire-referenceResource), and of the subject (Questionnaire.subjectType).</summary>
internal sealed class ReferenceAnswers(ResponseContext context)
{
    private const string ReferenceResource = "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource";

    public void Check(FormItem form, FhirNode reference)
    {
        string[] allowed = [.. form.Extensions(ReferenceResource).Select(t => t.ValueOrNull()).OfType<string>()];
        if (allowed.Length == 0 || TargetType(reference) is not { } target || allowed.Contains(target)) return;
        context.Error(reference, "invalid", $"The answer to item {FhirNodeValues.Shown(form.LinkId)} refers to {string.Join(" or ", allowed)} (questionnaire-referenceResource); found {target}.");
    }

    public void CheckSubject()
    {
        string[] allowed = [.. context.Form.Node.ChildrenNamed("subjectType").Select(t => t.ValueOrNull()).OfType<string>()];
        FhirNode subject = context.Response.Child("subject");
        if (allowed.Length == 0 || !subject.Exists || TargetType(subject) is not { } target || allowed.Contains(target)) return;
        context.Error(subject, "invalid", $"The subject of the questionnaire is a {string.Join(" or ", allowed)} (Questionnaire.subjectType); found {target}.");
    }

    /// <summary>The resource type that a Reference names or leads to within the document; null where it is not known.</summary>
    private static string? TargetType(FhirNode reference)
    {
        (FhirDocument document, int at) = reference.Place();
        if (document.References.Resolve(at) is { } target) return new FhirNode(document, target).TypeName;
        string literal = reference.Text("reference") ?? string.Empty;
        int type = LiteralReference.TypeOf(Encoding.UTF8.GetBytes(literal));
        if (type == 0 && literal.Length == 0) type = FhirR4.FindType(reference.Text("type") ?? string.Empty);
        return R4Tables.Instance.Types[type].Kind == TypeKind.Resource ? R4Tables.Instance.TypeName(type) : null;
    }
}
