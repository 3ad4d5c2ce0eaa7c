using Consortium.Fhir;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Search.Parameters;

namespace Consortium.FhirFacade.Tests.Search;

/// <summary>Following the elements gives what evaluating the expression gives, for every search parameter of R4 on resources that have every element of their type.</summary>
public sealed class ElementPathTests
{
    [Fact]
    public void Follow_EqualsTheEvaluation_ForEveryParameter()
    {
        var environment = new FhirPathEnvironment();
        int plain = 0, others = 0, found = 0;
        foreach (string type in FhirR4.ResourceTypes)
        {
            FhirNode[] roots = [.. ProbeResource.Of(type, "Patient").Select(probe => FhirDocument.Parse(probe).Root)];
            foreach (SearchParameter parameter in SearchCatalog.R4.Of(type))
            {
                foreach (ParameterPath path in parameter.Paths)
                {
                    foreach (FhirNode root in roots)
                    {
                        FhirNode[] nodes = Compare(path, root);
                        foreach (FhirNode element in nodes)
                        {
                            foreach (ParameterPath part in parameter.Components.SelectMany(component => component.Paths)) Compare(part, element);
                        }
                    }
                }
            }
        }

        Assert.True(plain > 20 * others, $"{plain} are followed, {others} are evaluated.");
        Assert.True(found > 1000, $"Only {found} elements were compared.");

        FhirNode[] Compare(ParameterPath path, FhirNode context)
        {
            FhirNode[] evaluated = [.. path.Path.Evaluate(context, environment).Select(value => value.Node).Where(node => node.Exists)];
            if (path.Elements is null)
            {
                others++;
                return evaluated;
            }

            plain++;
            List<FhirNode> followed = [];
            path.Elements.Follow(context, followed);
            Assert.True(evaluated.SequenceEqual(followed), $"{path.Path.Text} gives {evaluated.Length} elements when it is evaluated and {followed.Count} when it is followed.");
            found += followed.Count;
            return evaluated;
        }
    }

    [Theory]
    [InlineData("Observation.value.ofType(Quantity)", true)]
    [InlineData("code", true)]
    [InlineData("Observation", true)]
    [InlineData("Patient.deceased.exists() and Patient.deceased != false", false)]
    [InlineData("Patient.telecom.where(system='email')", false)]
    [InlineData("Observation.component[0].code", false)]
    [InlineData("%resource.subject", false)]
    [InlineData("Patient.name.given.first()", false)]
    public void Of_TakesPlainPathsAlone(string expression, bool isPlain) => Assert.Equal(isPlain, ElementPath.Of(expression) is not null);
}
