//! Tells applications what they are to be told behind the browser's back, such as that a session has ended.
//!
//! Every node looks for notices that are due. What an application does with its turn holds up no other one: few are told the same
//! application at once, and what it is too slow for is put back for a while.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use grantor_flows::FlowError;
use grantor_flows::notices::{self, Taken};
use grantor_protocol::{ClientId, TenantId};
use grantor_rules::model::Notice;
use grantor_web::App;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// How often it is looked for notices: as long as an application may have to wait for its first one.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many applications are told something at once, and how often the same one.
const AT_ONCE: usize = 64;
const TO_ONE: usize = 4;
/// For how long a notice is put back whose application has enough to do.
const PUT_BACK_FOR: Duration = Duration::from_secs(10);

/// Tells whoever is to be told something, for as long as the process runs.
pub async fn run(app: Arc<App>) {
    let mut messenger = Messenger { app, turns: HashMap::new(), under_way: JoinSet::new() };
    let mut failing = false;
    loop {
        let looked = messenger.look().await;
        // Said once, however long the store is out of reach.
        match &looked {
            Err(error) if !failing => {
                tracing::warn!(%error, "what applications are to be told cannot be read; it is tried again");
            }
            Ok(()) if failing => tracing::info!("what applications are to be told can be read again"),
            _ => {}
        }
        failing = looked.is_err();
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

struct Messenger {
    app: Arc<App>,
    turns: HashMap<ClientId, Arc<Semaphore>>,
    under_way: JoinSet<()>,
}

impl Messenger {
    async fn look(&mut self) -> Result<(), FlowError> {
        while self.under_way.try_join_next().is_some() {}
        self.turns.retain(|_, turns| turns.available_permits() < TO_ONE);
        let free = AT_ONCE.saturating_sub(self.under_way.len());
        let most = u32::try_from(free).unwrap_or_default();
        let mut waiting = Vec::new();
        for (tenant, notice) in notices::due(&self.app.env, most).await? {
            match self.turn_of(&notice) {
                Some(turn) => self.hand_out(tenant, notice, turn).await?,
                None => waiting.push((tenant, notice)),
            }
        }
        // Last, and out of the way of others that come to be due.
        for (tenant, notice) in waiting {
            if let Some(taken) = notices::take(&self.app.env, tenant, notice).await? {
                notices::put_back(&self.app.env, taken, PUT_BACK_FOR).await?;
            }
        }
        Ok(())
    }

    /// A turn of the application, if it has one left.
    fn turn_of(&mut self, notice: &Notice) -> Option<OwnedSemaphorePermit> {
        let turns = self.turns.entry(notice.client_id.clone()).or_insert_with(|| Arc::new(Semaphore::new(TO_ONE)));
        Arc::clone(turns).try_acquire_owned().ok()
    }

    async fn hand_out(
        &mut self,
        tenant: TenantId,
        notice: Notice,
        turn: OwnedSemaphorePermit,
    ) -> Result<(), FlowError> {
        if let Some(taken) = notices::take(&self.app.env, tenant, notice).await? {
            self.under_way.spawn(tell(Arc::clone(&self.app), taken, turn));
        }
        Ok(())
    }
}

async fn tell(app: Arc<App>, taken: Taken, turn: OwnedSemaphorePermit) {
    let layouts = |name: &str| app.layout(name);
    if let Err(error) = notices::tell(&app.env, taken, &layouts).await {
        tracing::warn!(%error, "what an application was told could not be kept; it is told again");
    }
    drop(turn);
}
