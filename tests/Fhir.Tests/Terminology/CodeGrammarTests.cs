using System.Text;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Tests.Terminology;

/// <summary>RFC 6838 4.2 and RFC 5646 2.1: code systems that are a grammar and a registry.</summary>
public sealed class CodeGrammarTests
{
    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("application/fhir+json; fhirVersion=4.0", true)]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document", true)]
    [InlineData("text/plain;charset=\"gb 18030\";format=flowed", true)]
    [InlineData("application/dicom; variant=DICOM WADO-RS", true)]
    [InlineData("image/*", true)]
    [InlineData("xml", true)]
    [InlineData("text", false)]
    [InlineData("text/", false)]
    [InlineData("/plain", false)]
    [InlineData("text/plain/more", false)]
    [InlineData("te xt/plain", false)]
    [InlineData("text/plain;", false)]
    [InlineData("text/plain;charset", false)]
    [InlineData("text/plain;charset=\"open", false)]
    [InlineData("", false)]
    public void IsMimeType_FollowsTheGrammar(string code, bool valid) => Assert.Equal(valid, CodeGrammar.IsMimeType(Encoding.UTF8.GetBytes(code)));

    [Theory]
    [InlineData("en", true)]
    [InlineData("EN-us", true)]
    [InlineData("yue", true)]
    [InlineData("zh-Hant-TW", true)]
    [InlineData("zh-yue-HK", true)]
    [InlineData("es-419", true)]
    [InlineData("sl-rozaj-biske-1994", true)]
    [InlineData("de-CH-1901", true)]
    [InlineData("en-US-u-islamcal", true)]
    [InlineData("az-Latn-x-latn", true)]
    [InlineData("x-whatever", true)]
    [InlineData("i-klingon", true)]
    [InlineData("english", false)]
    [InlineData("en_US", false)]
    [InlineData("en-", false)]
    [InlineData("-en", false)]
    [InlineData("en--US", false)]
    [InlineData("en-US-u", false)]
    [InlineData("en-USA-DE-FR", false)]
    [InlineData("x", false)]
    [InlineData("e", false)]
    [InlineData("12", false)]
    [InlineData("", false)]
    public void IsLanguage_FollowsTheGrammar(string code, bool valid) => Assert.Equal(valid, CodeGrammar.IsLanguage(Encoding.UTF8.GetBytes(code)));
}
