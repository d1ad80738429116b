using MailAdmin.Testing.Fuzzing;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>Whatever a message holds, its summary is made, its parts lie within it and within one another, and its texts are one well-formed list.</summary>
public sealed class SummaryFuzzTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Mutated_messages_keep_the_invariants(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            MimeFuzz.Check(MimeFuzz.Next(random));
        }
    }
}
