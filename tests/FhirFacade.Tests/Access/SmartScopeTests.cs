using Consortium.FhirFacade.Access.Smart;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>SMART App Launch 2.2.0, scopes-and-launch-context.html: how scopes are written.</summary>
public sealed class SmartScopeTests
{
    [Theory]
    [InlineData("patient/Observation.rs", "patient/Observation.rs")]
    [InlineData("user/*.cruds", "user/*.cruds")]
    [InlineData("system/Patient.s", "system/Patient.s")]
    [InlineData("patient/*.read", "patient/*.rs")]
    [InlineData("patient/*.write", "patient/*.cud")]
    [InlineData("user/Encounter.*", "user/Encounter.cruds")]
    [InlineData("patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory", "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory")]
    public void Understood(string text, string means)
    {
        Assert.True(SmartScope.TryParse(text, out SmartScope? scope));
        Assert.Equal(means, scope.ToString());
    }

    [Theory]
    [InlineData("openid")]
    [InlineData("launch/patient")]
    [InlineData("patient/Observation")]
    [InlineData("patient/Observation.")]
    [InlineData("patient/Observation.sr")]
    [InlineData("patient/Observation.rr")]
    [InlineData("patient/Observation.x")]
    [InlineData("patient/observation.rs")]
    [InlineData("patient/Nothing.rs")]
    [InlineData("group/Observation.rs")]
    [InlineData("PATIENT/Observation.rs")]
    [InlineData("patient/Observation.read?category=laboratory")]
    [InlineData("xpatient/Observation.rs")]
    public void NotUnderstood_GivesNothing(string text) => Assert.False(SmartScope.TryParse(text, out _));
}
