//! The doors and the development mode around one front.

use std::path::Path;
use std::sync::Arc;

use signoff_dev::Dev;
use signoff_engine::Engine;
use signoff_front::app::{App, AppSettings};
use signoff_front::door::Doors;
use signoff_front::middleware::{Interceptor, surround, with_own_routes};
use signoff_front::serve::{Front, Routes, ServeSettings};
use signoff_identity::{Issuer, Verifier};
use signoff_portal::{Portal, PortalDoor};
use signoff_store::StoreError;
use signoff_wire::Dialect;

/// How a server answers.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The dialect that the portal speaks.
    pub dialect: Dialect,
    /// What counts at each door. Its `dev` opens `/_signoff/*`.
    pub app: AppSettings,
    /// Names by which a development server is reached, besides those of its own machine.
    pub allowed_hosts: Vec<String>,
}

/// A server: the front with everything behind it. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    app: App,
    portal: Portal,
    dev: Option<Dev>,
}

impl Server {
    /// A server over `engine` that lets in whom `verifier` knows; `issuer` answers at the token hosts' paths.
    pub fn new(
        engine: Engine,
        verifier: Verifier,
        issuer: Option<Arc<Issuer>>,
        settings: ServerSettings,
    ) -> Self {
        let ServerSettings { dialect, app, allowed_hosts } = settings;
        let dev = app.dev;
        let app = App::new(engine, verifier, issuer, doors(), app);
        let portal = Portal::new(app.clone(), dialect);
        let dev = dev.then(|| Dev::new(app.clone(), allowed_hosts));
        Self { app, portal, dev }
    }

    /// What is the same at each door.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Takes up what the store keeps of the development mode.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn recover(&self) -> Result<(), StoreError> {
        match &self.dev {
            Some(dev) => dev.recover().await,
            None => self.app.recover().await,
        }
    }

    /// Puts the state of a snapshot in the place of the present one.
    ///
    /// # Errors
    /// If the file is no snapshot of this server, is damaged or holds what breaks a rule, or the store fails; the present state
    /// then stays.
    pub async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        match &self.dev {
            Some(dev) => dev.restore(file).await,
            None => Err(StoreError::Corrupt("only a development server takes a snapshot".to_owned())),
        }
    }

    /// Everything it answers.
    pub fn routes(&self) -> Routes {
        let mut doors = signoff_portal::routes(self.portal.clone());
        if let Some(dev) = &self.dev {
            doors = doors.merge(dev.routes());
        }
        let interceptor = self.dev.clone().map(|dev| Arc::new(dev) as Arc<dyn Interceptor>);
        surround(self.app.clone(), with_own_routes(&self.app, doors), interceptor)
    }
}

/// The doors of this server. Where there is none, the portal says what is refused.
fn doors() -> Doors {
    Doors::new(PortalDoor, [])
}

/// The front of a server that has yet to open.
pub fn front(settings: ServeSettings) -> Front {
    Front::new(settings, doors())
}
