using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Patch;
using Consortium.FhirFacade.Rest;

namespace Consortium.FhirFacade.Tests.Patch;

/// <summary>RFC 6902, with the examples of its appendix A retold; and what it leaves alone keeps its bytes.</summary>
public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """[{"op":"add","path":"/c","value":1}]""", """{"a":"b","c":1}""")]
    [InlineData("""{"a":["b","c"]}""", """[{"op":"add","path":"/a/1","value":"x"}]""", """{"a":["b","x","c"]}""")]
    [InlineData("""{"a":["b"]}""", """[{"op":"add","path":"/a/-","value":["x"]}]""", """{"a":["b",["x"]]}""")]
    [InlineData("""{"a":"b"}""", """[{"op":"add","path":"/a","value":null}]""", """{"a":null}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"remove","path":"/a"}]""", """{"b":2}""")]
    [InlineData("""{"a":["b","c","d"]}""", """[{"op":"remove","path":"/a/1"}]""", """{"a":["b","d"]}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/a","value":{"x":1.50}}]""", """{"a":{"x":1.50}}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"z":1}}]""", """{"z":1}""")]
    [InlineData("""{"a":{"b":1,"c":2},"d":{"e":3}}""", """[{"op":"move","from":"/a/b","path":"/d/b"}]""", """{"a":{"c":2},"d":{"e":3,"b":1}}""")]
    [InlineData("""{"a":[1,2,3,4]}""", """[{"op":"move","from":"/a/1","path":"/a/3"}]""", """{"a":[1,3,4,2]}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":1}""")]
    [InlineData("""{"a":{"b":[1]},"c":[2]}""", """[{"op":"copy","from":"/a/b","path":"/c/0"}]""", """{"a":{"b":[1]},"c":[[1],2]}""")]
    [InlineData("""{"a/b":{"m~n":1}}""", """[{"op":"replace","path":"/a~1b/m~0n","value":2}]""", """{"a/b":{"m~n":2}}""")]
    [InlineData("""{"":{"":1}}""", """[{"op":"replace","path":"//","value":2}]""", """{"":{"":2}}""")]
    [InlineData("""{"a":{"y":[1,"王"],"x":1.0}}""", """[{"op":"test","path":"/a","value":{"x":1.00,"y":[1,"\u738b"]}},{"op":"add","path":"/b","value":1}]""", """{"a":{"y":[1,"王"],"x":1.0},"b":1}""")]
    [InlineData("""{"a":[{"b":1}],"c":2}""", """[{"op":"remove","path":"/a/0"}]""", """{"c":2}""")]
    [InlineData("""{"a":[1],"c":2}""", """[{"op":"remove","path":"/a/0"},{"op":"add","path":"/a/-","value":5}]""", """{"a":[5],"c":2}""")]
    [InlineData("""{"a":{"b":{"c":1}},"d":2}""", """[{"op":"remove","path":"/a/b/c"}]""", """{"d":2}""")]
    public void Operation_GivesWhatTheRfcSays(string before, string patch, string after) => Assert.Equal(after, Apply(before, patch));

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":"1"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/b","value":null}]""")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":"/b"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":1}]""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b/c","value":1}]""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/a/c","value":1}]""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/2","value":1}]""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/01","value":1}]""")]
    [InlineData("""{"a":[1]}""", """[{"op":"remove","path":"/a/-"}]""")]
    [InlineData("""{"a":[1]}""", """[{"op":"replace","path":"/a/+0","value":1}]""")]
    [InlineData("""{"a":1}""", """[{"op":"copy","from":"/b","path":"/c"}]""")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":""}]""")]
    public void WhatCannotBeDone_Is422_WithTheOperation(string before, string patch)
    {
        FhirException e = Assert.Throws<FhirException>(() => Apply(before, patch));
        Assert.Equal(422, e.Status);
        Assert.Contains("Operation 0", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"op":"add"}""")]
    [InlineData("""[1]""")]
    [InlineData("""[{"path":"/a"}]""")]
    [InlineData("""[{"op":"ADD","path":"/a","value":1}]""")]
    [InlineData("""[{"op":"add","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/a~2","value":1}]""")]
    [InlineData("""[{"op":"move","path":"/a"}]""")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/b"}]""")]
    public void WhatIsNoPatch_Is400(string patch) => Assert.Equal(400, Assert.Throws<FhirException>(() => Apply("""{"a":1}""", patch)).Status);

    [Fact]
    public void Untouched_KeepsItsBytes_ToTheLastEscapeAndDigit()
    {
        const string before = "{ \"resourceType\" : \"Observation\",\n  \"valueQuantity\": {\"value\": 1.50e1 , \"unit\":\"10^9\\/L\"}, \"note\":[ {\"text\":\"\\u738b\"} ],\"status\":\"final\"}";

        string after = Apply(before, """[{"op":"replace","path":"/status","value":"amended"},{"op":"add","path":"/note/-","value":{"text":"x"}}]""");

        Assert.Contains("{\"value\": 1.50e1 , \"unit\":\"10^9\\/L\"}", after, StringComparison.Ordinal);
        Assert.Contains("{\"text\":\"\\u738b\"}", after, StringComparison.Ordinal);
        Assert.Equal("amended", JsonSerializer.Deserialize<JsonElement>(after).GetProperty("status").GetString());
    }

    [Fact]
    public void AnyOrderOfRandomOperations_IsWhatAPlainTreeGives()
    {
        // The same operations on a plain list of numbers, which the array must follow.
        var random = new Random(6902);
        for (int round = 0; round < 200; round++)
        {
            List<int> model = [.. Enumerable.Range(0, random.Next(1, 6))];
            string before = "{\"k\":true,\"a\":[" + string.Join(",", model) + "]}";
            List<string> operations = [];
            for (int i = 0; i < 12; i++)
            {
                int from = model.Count == 0 ? 0 : random.Next(model.Count), to = random.Next(model.Count + 1);
                switch (random.Next(4))
                {
                    case 0:
                        model.Insert(to, i + 100);
                        operations.Add($"{{\"op\":\"add\",\"path\":\"/a/{to}\",\"value\":{i + 100}}}");
                        break;
                    case 1 when model.Count > 1:
                        model.RemoveAt(from);
                        operations.Add($"{{\"op\":\"remove\",\"path\":\"/a/{from}\"}}");
                        break;
                    case 2 when model.Count > 0:
                        model[from] = -i;
                        operations.Add($"{{\"op\":\"replace\",\"path\":\"/a/{from}\",\"value\":{-i}}}");
                        break;
                    case 3 when model.Count > 0:
                        int moved = model[from], at = random.Next(model.Count);
                        model.RemoveAt(from);
                        model.Insert(at, moved);
                        operations.Add($"{{\"op\":\"move\",\"from\":\"/a/{from}\",\"path\":\"/a/{at}\"}}");
                        break;
                }
            }

            Assert.Equal("{\"k\":true,\"a\":[" + string.Join(",", model) + "]}", Apply(before, "[" + string.Join(",", operations) + "]"));
        }
    }

    private static string Apply(string before, string patch) => Encoding.UTF8.GetString(JsonPatch.Read(Encoding.UTF8.GetBytes(patch)).Apply(Encoding.UTF8.GetBytes(before)));
}
