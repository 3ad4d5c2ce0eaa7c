namespace Consortium.Fhir.Validation;

/// <summary>Collects the issues of one validation, each with the place of its node.</summary>
internal sealed class IssueList(FhirDocument document, bool errorsOnly = false)
{
    /// <summary>Most issues that are listed; more are only counted, so that a hostile input cannot fill the memory.</summary>
    private const int Most = 1000;

    private readonly List<OutcomeIssue> _issues = [];
    private int _unlisted;

    /// <summary>Whether warnings and remarks are left out; who would have to look long for one asks first.</summary>
    public bool ErrorsOnly => errorsOnly;

    public int Errors { get; private set; }

    public int Warnings { get; private set; }

    public void Error(int node, string code, string message) => Add(IssueSeverity.Error, node, code, message);

    public void Warning(int node, string code, string message) => Add(IssueSeverity.Warning, node, code, message);

    public void Information(int node, string code, string message) => Add(IssueSeverity.Information, node, code, message);

    public void Add(IssueSeverity severity, int node, string code, string message)
    {
        if (severity <= IssueSeverity.Error) Errors++;
        else if (errorsOnly) return;
        else if (severity == IssueSeverity.Warning) Warnings++;
        if (_issues.Count >= Most)
        {
            _unlisted++;
            return;
        }

        (int line, int column) = document.Place(node);
        _issues.Add(new OutcomeIssue(severity, code, message, document.Expression(node), line, column));
    }

    public IReadOnlyList<OutcomeIssue> ToList()
    {
        if (_unlisted > 0)
        {
            _issues.Add(new OutcomeIssue(IssueSeverity.Information, "too-long", $"{_unlisted} further issues are counted and not listed."));
        }

        return _issues;
    }
}
