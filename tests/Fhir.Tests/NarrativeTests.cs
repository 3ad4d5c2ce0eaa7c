using System.Text.Json;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 narrative.html: txt-1 and txt-2.</summary>
public sealed class NarrativeTests
{
    private const string Div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";

    private static ValidationResult Narrative(string xhtml) =>
        Validating.Json($$$"""{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":{{{JsonSerializer.Serialize(xhtml)}}} }}""");

    [Theory]
    [InlineData(Div + "王 &lt; &#160; &nbsp; &#xA0;</div>")]
    [InlineData(Div + "<p class=\"a\" style='color:red'>x<br/></p><!-- c --></div>")]
    [InlineData(Div + "<img src=\"#a\" alt=\"b\"/></div>")]
    [InlineData(Div + "<a href=\"http://example.org/javascript:x\">x</a></div>")]
    [InlineData(Div + "<table border=\"1\"><tr><td colspan=\"2\">x</td></tr></table></div>")]
    public void Validate_AllowedXhtml_IsAccepted(string xhtml) => Assert.True(Narrative(xhtml).IsValid);

    [Theory]
    [InlineData("<div>x</div>", "xmlns")]
    [InlineData("<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>", "root element is div")]
    [InlineData(Div + "<script>x</script></div>", "element script")]
    [InlineData(Div + "<iframe src=\"a\">x</iframe></div>", "element iframe")]
    [InlineData(Div + "<form>x</form></div>", "element form")]
    [InlineData(Div + "<p onclick=\"x\">x</p></div>", "attribute onclick")]
    [InlineData(Div + "<a href=\"javascript:x\">x</a></div>", "runs a script")]
    [InlineData(Div + "<a href=\" java&#x73;cript:x\">x</a></div>", "runs a script")]
    [InlineData(Div + "<a href=\"data:text/html,x\">x</a></div>", "runs a script")]
    [InlineData(Div + " \n </div>", "txt-2")]
    [InlineData(Div + "x", "not closed")]
    [InlineData(Div + "<p>x</div>", "does not match")]
    [InlineData(Div + "x</div><div>y</div>", "more than one root")]
    [InlineData(Div + "x</div>y", "outside the div")]
    [InlineData(Div + "a & b</div>", "entity")]
    [InlineData(Div + "&bogus;</div>", "entity")]
    [InlineData("<!DOCTYPE div [<!ENTITY a \"b\">]>" + Div + "&a;</div>", "document types")]
    [InlineData(Div + "<p class=a>x</p></div>", "not quoted")]
    [InlineData("x", "outside the div")]
    [InlineData("<", "starts no tag")]
    public void Validate_ForbiddenXhtml_NamesTheFault(string xhtml, string fault)
    {
        OutcomeIssue issue = Assert.Single(Narrative(xhtml).Issues, i => i.Severity == IssueSeverity.Error);
        Assert.Equal(("invariant", "Basic.text.div"), (issue.Code, issue.Expression));
        Assert.Contains(fault, issue.Diagnostics, StringComparison.Ordinal);
    }
}
