use core::hint::black_box;

use super::State;

impl State {
    /// Reads all at once what a membership is decided by, and does nothing with it. Each of these places is somewhere else in the
    /// memory of a large directory, and the processor waits for several together as long as for one; the engine comes to them one
    /// after the other (`scim_worker change` measures it).
    pub(crate) fn foresee(&self, group: &str, person: &str) {
        let Self { desired, ledger, remote, .. } = self;
        let (link, group_link) = (ledger.link(person), ledger.group_link(group));
        let (desired_person, desired_group) = (desired.person(person), desired.group(group));
        let account = link.and_then(|link| remote.account(&link.remote));
        let team = group_link.and_then(|link| remote.team(&link.remote));
        let begin = |text: &str| text.as_bytes().first().copied();
        black_box((
            desired_person.map(|desired| begin(&desired.person.user_name)),
            link.map(|link| begin(&link.user_name)),
            account.map(|account| account.active),
            desired_group.map(|desired| (begin(&desired.group.name), desired.members.contains(person))),
            team.map(|team| (begin(&team.name), link.map(|link| team.may_have(&link.remote)))),
        ));
    }
}
