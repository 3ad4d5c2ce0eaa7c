using Consortium.Adapters.Site;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

public sealed class MapTestTests : IDisposable
{
    private readonly MapSite _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public void A_maps_tests_run_through_the_whole_conversion()
    {
        _site.WithMessage("- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n- {from: PID-8, to: gender}\n").With("messages/t.yaml", """
            extends: ZZZ_Z01
            tests:
            - name: a woman
              message: |
                MSH|^~\&|||||||ZZZ^Z01
                PID|||1||Wang^Fang~Li^Fang|||female
              expect: {Patient.gender: female, Patient.name.family: [Wang, Li], Patient.birthDate: ~}
            - name: wrong expectations
              message: |
                MSH|^~\&|||||||ZZZ^Z01
                PID|||1||Wang|||female
              expect: {Patient.gender: male, Patient.birthDate: 1980-01-01}
            - name: what the validator refuses
              message: |
                MSH|^~\&|||||||ZZZ^Z01
                PID|||1||Wang|||woman
              reject: gender
            - name: rejected for another reason
              message: |
                MSH|^~\&|||||||ZZZ^Z01
                PID|||1||Wang|||woman
              reject: PID-3
            - name: not rejected
              message: {file: good.hl7}
              reject: PID-3
            - name: no such file
              message: {file: none.hl7}
              reject: PID-3
            """).With("messages/good.hl7", "MSH|^~\\&|||||||ZZZ^Z01\rPID|||1||Wang\r");

        MappingTestResult[] results = [.. MappingTestRunner.Run(SiteConfiguration.Load(_site.Folder))];

        Assert.Equal([true, false, true, false, false, false], results.Select(result => result.Passed));
        Assert.Equal(("messages/t.yaml", 3, "a woman", null), (results[0].File, results[0].Line, results[0].Name, results[0].Reason));
        Assert.Equal("Patient.gender: expected `male`, got `female`. Patient.birthDate: expected `1980-01-01`, got nothing.", results[1].Reason);
        Assert.StartsWith("rejected for another reason: ", results[3].Reason, StringComparison.Ordinal);
        Assert.Equal("the message was converted, and should have been rejected.", results[4].Reason);
        Assert.StartsWith("the message file cannot be read: ", results[5].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_maps_is_an_error() =>
        Assert.Contains("there is no folder hl7v2", Assert.Throws<SiteConfigurationException>(() => MappingTestRunner.Run(SiteConfiguration.Load(_site.Folder)).ToList()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("- {name: x, message: m}", "`expect` or `reject` is needed")]
    [InlineData("- {name: x, message: m, expect: {}, reject: y}", "exclude each other")]
    [InlineData("- {name: x, message: {fil: y}, reject: y}", "unknown key `fil`")]
    [InlineData("- {message: m, reject: y}", "the key `name` is missing")]
    public void A_test_that_says_nothing_is_an_error(string test, string problem)
    {
        _site.WithMessage("- {from: PID-5, to: name, as: 'XPN[HumanName]'}\n").With("messages/t.yaml", "extends: '*'\ntests:\n" + test + "\n");
        string refusal = _site.Refusal();
        Assert.StartsWith("messages/t.yaml: line 3, ", refusal, StringComparison.Ordinal);
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tests_of_the_built_in_maps_pass()
    {
        string failed = string.Join('\n', MappingTestRunner.RunBuiltIn().Where(result => !result.Passed).Select(result => $"{result.File}:{result.Line} {result.Name}: {result.Reason}"));
        Assert.True(failed.Length == 0, failed);
    }
}
