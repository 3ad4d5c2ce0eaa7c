using System.Runtime.CompilerServices;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>A Questionnaire read for checking responses: its items as a tree and by linkId (FHIR R4 questionnaire.html).</summary>
internal sealed class QuestionnaireForm
{
    private static readonly ConditionalWeakTable<FhirDocument, QuestionnaireForm> s_read = [];

    private readonly Dictionary<string, FormItem> _byLinkId = new(StringComparer.Ordinal);

    private QuestionnaireForm(FhirNode questionnaire)
    {
        Node = questionnaire;
        Items = Read(questionnaire, null);
    }

    public FhirNode Node { get; }

    public List<FormItem> Items { get; }

    /// <summary>The form of a Questionnaire that is a document of its own; read once.</summary>
    public static QuestionnaireForm Of(FhirDocument questionnaire) => s_read.GetValue(questionnaire, static document => new QuestionnaireForm(document.Root));

    /// <summary>The form of a Questionnaire inside another document.</summary>
    public static QuestionnaireForm Of(FhirNode questionnaire) => new(questionnaire);

    public FormItem? Find(string linkId) => _byLinkId.GetValueOrDefault(linkId);

    private List<FormItem> Read(FhirNode holder, FormItem? parent)
    {
        List<FormItem> items = parent?.Items ?? [];
        foreach (FhirNode node in holder.ChildrenNamed("item"))
        {
            FormItem item = new(node, parent, items.Count);
            items.Add(item);
            // Two items with one linkId break que-2 of the Questionnaire; the first stands for both here.
            if (item.LinkId.Length > 0) _byLinkId.TryAdd(item.LinkId, item);
            Read(node, item);
        }

        return items;
    }
}
