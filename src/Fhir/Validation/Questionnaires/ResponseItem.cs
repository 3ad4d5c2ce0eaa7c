namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>
/// What holds items in a QuestionnaireResponse: the response itself, a group, or an answer. Looks up the items below it by
/// linkId, which <c>enableWhen</c> needs; the look-up is built once a holder, so that a long response stays linear.
/// </summary>
internal class ResponseHolder
{
    private Dictionary<string, List<ResponseItem>>? _below;

    protected ResponseHolder(FhirNode node, ResponseHolder? parent)
    {
        (Node, Parent) = (node, parent);
        foreach (FhirNode item in node.ChildrenNamed("item")) Items.Add(new ResponseItem(item, this));
    }

    public FhirNode Node { get; }

    public ResponseHolder? Parent { get; }

    public List<ResponseItem> Items { get; } = [];

    public static ResponseHolder Read(FhirNode response) => new(response, null);

    /// <summary>The items anywhere below with that linkId.</summary>
    public IReadOnlyList<ResponseItem> Below(string linkId)
    {
        if (_below is null)
        {
            _below = new(StringComparer.Ordinal);
            Collect(this, _below);
        }

        return _below.TryGetValue(linkId, out List<ResponseItem>? found) ? found : [];
    }

    private static void Collect(ResponseHolder holder, Dictionary<string, List<ResponseItem>> below)
    {
        foreach (ResponseItem item in holder.Items)
        {
            if (!below.TryGetValue(item.LinkId, out List<ResponseItem>? same)) below.Add(item.LinkId, same = []);
            same.Add(item);
            Collect(item, below);
            foreach (ResponseAnswer answer in item.Answers) Collect(answer, below);
        }
    }
}

/// <summary>An item of a QuestionnaireResponse.</summary>
internal sealed class ResponseItem : ResponseHolder
{
    public ResponseItem(FhirNode node, ResponseHolder parent)
        : base(node, parent)
    {
        LinkId = node.Child("linkId").ValueOrNull() ?? string.Empty;
        foreach (FhirNode answer in node.ChildrenNamed("answer")) Answers.Add(new ResponseAnswer(answer, this));
    }

    public string LinkId { get; }

    public List<ResponseAnswer> Answers { get; } = [];

    /// <summary>An item with neither answers nor items says nothing, as if it were not there.</summary>
    public bool IsBare => Answers.Count == 0 && Items.Count == 0;
}

/// <summary>An answer, with the items nested under it.</summary>
internal sealed class ResponseAnswer(FhirNode node, ResponseItem item) : ResponseHolder(node, item)
{
    /// <summary>The value; does not exist where the answer only has items or extensions.</summary>
    public FhirNode Value { get; } = node.Child("value");
}
